"""Winner-take-all layer with homeostatic thresholds: the excitatory layer of Diehl and Cook's network."""

from dataclasses import dataclass

import numpy as np

from streamsnn.jit import kernel
from streamsnn.neurons._tally import tally
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel


@dataclass(frozen=True)
class WinnerTakeAll:
    """Leaky integrators in floats of which at most one spikes a tick and then inhibits the others.

        v_j[t] = v_j[t-1] exp(-dt/tau_mem) + I_j[t]                 mV above rest
        winner = the neuron with the largest v_j - v_threshold - theta_j > 0 (ties: lowest index)
        winner:  spike, v := 0, silent for `refractory` ticks
        others:  v := min(v, max(v - inhibition, v_min))
        while learning:  theta_j := theta_j exp(-dt/tau_theta), plus theta_plus at its own spike

    This is Diehl & Cook's layer with its inhibitory partner (one to one there, all but its own back)
    folded in, and with currents in place of conductances. Silent neurons hold v. `theta` is learning
    state: it lasts, and it stands still whenever the network only predicts.

    Parameters
    ----------
    tau_mem
        Decay time of the membrane, seconds.
    v_threshold
        Threshold above rest without adaptation, mV; 13 is -52 from a rest of -65.
    refractory
        Silent ticks after a spike; 5 ms in the paper.
    inhibition
        How far a spike pulls every other neuron down, mV; 17.5 is the strength of BindsNET's port.
    v_min
        Least potential that inhibition leads to, mV; -35 is the inhibitory reversal of -100 from rest.
    theta_plus
        Rise of a neuron's threshold per spike, mV; 0.05 for 60,000 samples. Shorter runs need more.
    tau_theta
        Decay time of theta, seconds; 1e4. `theta_plus=0, tau_theta=inf` freezes theta for good.

    Notes
    -----
    No synaptic memory is read or written; every neuron is updated in every tick. All defaults but
    `inhibition` are the paper's script.

    Hosts: loihi2, spinnaker (the competition needs a round of inhibition among a layer's neurons).

    References
    ----------
    Diehl, Cook, Unsupervised learning of digit recognition using spike-timing-dependent plasticity,
    Frontiers in Computational Neuroscience 2015.

    >>> [field.name for field in WinnerTakeAll().fields() if field.lasting]
    ['theta']
    """

    tau_mem: float = 0.1
    v_threshold: float = 13.0
    refractory: int = 5
    inhibition: float = 17.5
    v_min: float = -35.0
    theta_plus: float = 0.05
    tau_theta: float = 1e4

    def __post_init__(self) -> None:
        if not self.tau_mem > 0 or not self.tau_theta > 0:
            raise ValueError(
                f"tau_mem={self.tau_mem} s, tau_theta={self.tau_theta} s: give positive numbers of seconds"
            )
        if not self.v_threshold >= 0:
            raise ValueError(f"v_threshold={self.v_threshold} mV: give 0 or more")
        if self.refractory not in range(1 << 31):
            raise ValueError(f"refractory={self.refractory}: give a whole number of ticks, 0 or more")
        if not self.inhibition >= 0 or not self.v_min <= 0:
            raise ValueError(
                f"inhibition={self.inhibition} mV, v_min={self.v_min} mV: give inhibition >= 0, v_min <= 0"
            )
        if not 0 <= self.theta_plus < float("inf"):
            raise ValueError(f"theta_plus={self.theta_plus} mV: give a finite rise, 0 or more")

    @property
    def integer(self) -> bool:
        """Always floats."""
        return False

    def fields(self) -> tuple[Field, ...]:
        """Potential `v`, ticks of silence left, and the threshold's rise `theta`, which lasts."""
        return (
            Field("v", "f8", ("post",), lasting=False),
            Field("silent", "i4", ("post",), lasting=False),
            Field("theta", "f8", ("post",)),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """Factor of v, threshold, refractory, inhibition, least v, rise of theta, factor of theta."""
        keep, keep_theta = float(np.exp(-dt / self.tau_mem)), float(np.exp(-dt / self.tau_theta))
        pull = (self.inhibition, self.v_min)
        return (keep, self.v_threshold, float(self.refractory), *pull, self.theta_plus, keep_theta)

    def kernel(self) -> Kernel:
        """Integrate, choose the winner, inhibit the others."""
        return _tick


@kernel
def _compete(v: Floats, silent: Int32s, theta: Floats, const: Floats) -> int:
    """The neuron that exceeds its threshold most; it goes back to rest and inhibits the others."""
    threshold, inhibition, v_min = const[1], const[3], const[4]
    winner = 0
    most = 0.0
    for j in range(v.size):
        excess = v[j] - threshold - theta[j]
        if silent[j] == 0 and excess > most:
            most = excess
            winner = j
    for j in range(v.size):
        pulled = min(v[j], max(v[j] - inhibition, v_min))
        v[j] = pulled if silent[j] == 0 else v[j]
    v[winner] = 0.0
    return winner


@kernel
def _tick(
    learn: int,
    acc: Floats,
    out: Int32s,
    count: Ints,
    const: Floats,
    v: Floats,
    silent: Int32s,
    theta: Floats,
) -> int:
    keep, threshold = const[0], const[1]
    keep_theta = const[6] if learn != 0 else 1.0
    # no branch, and no search while nothing exceeds its threshold: the loop then runs in full vectors
    over = 0
    active = 0
    for j in range(v.size):
        a = acc[j]
        acc[j] = 0.0
        active += int(a != 0.0)
        bar = theta[j] * keep_theta
        theta[j] = bar
        u = v[j] * keep + a if silent[j] == 0 else v[j]
        v[j] = u
        over += int((silent[j] == 0) & (u - threshold - bar > 0.0))
    winner = _compete(v, silent, theta, const) if over > 0 else -1
    for j in range(v.size):
        silent[j] -= np.int32(silent[j] > 0)
    if winner >= 0:
        theta[winner] += const[5] if learn != 0 else 0.0
        out[0] = winner
        silent[winner] = np.int32(const[2])
    tally(count, v.size, active, int(winner >= 0))
    return int(winner >= 0)
