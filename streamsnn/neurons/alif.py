"""Leaky integrate-and-fire neuron whose threshold rises with its own spikes, as e-prop assumes it."""

from dataclasses import dataclass

import numpy as np

from streamsnn.jit import kernel
from streamsnn.neurons._tally import tally
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel


@dataclass(frozen=True)
class ALIF:
    """Adaptive leaky integrate-and-fire neuron in floats, with subtractive reset.

        v[t] = v[t-1] exp(-dt/tau_mem) + I[t] - z[t-1] v_threshold
        a[t] = a[t-1] exp(-dt/tau_adaptation) + z[t-1]            A[t] = v_threshold + beta a[t]
        z[t] = 1 if v[t] > A[t], else 0; always 0 in the `refractory` ticks after a spike

    I is the summed input of the tick. The reset comes one tick after the spike and takes v_threshold, not
    A, so that at the end of a tick rules read v and a of the same instant as the spike: the surrogate
    derivative is a function of v - v_threshold - beta a. In refractory ticks v goes on. `beta=0` is the
    plain neuron of the same form.

    Parameters
    ----------
    tau_mem
        Decay time of the membrane, seconds; 20 ms as in the authors' script.
    tau_adaptation
        Decay time of the adaptation, seconds; 2 s, the evidence-accumulation task of the script.
    v_threshold
        Threshold without adaptation, in units of the input; 0.6 in that task.
    beta
        Rise of the threshold per unit of a. 0.0174 is the script's 1.7 (1 - rho) / (1 - alpha), with rho and
        alpha the two decay factors of a 1 ms tick.
    refractory
        Ticks without spikes after a spike; 5 in that task.

    Notes
    -----
    No synaptic memory is read or written; every neuron is updated in every tick.

    Hosts: loihi2, spinnaker (two decaying states and a programmable threshold).

    References
    ----------
    Bellec, Scherr, Subramoney, Hajek, Salaj, Legenstein, Maass, A solution to the learning dilemma for
    recurrent networks of spiking neurons, Nature Communications 2020.

    >>> [field.name for field in ALIF().fields()]
    ['v', 'a', 'z', 'silent']
    """

    tau_mem: float = 0.02
    tau_adaptation: float = 2.0
    v_threshold: float = 0.6
    beta: float = 0.0174
    refractory: int = 5

    def __post_init__(self) -> None:
        if not self.tau_mem > 0 or not self.tau_adaptation > 0:
            raise ValueError(
                f"tau_mem={self.tau_mem} s, tau_adaptation={self.tau_adaptation} s: give positive times"
            )
        if not self.v_threshold > 0:
            raise ValueError(f"v_threshold={self.v_threshold}: give a positive threshold")
        if not 0 <= self.beta < float("inf"):
            raise ValueError(f"beta={self.beta}: give a finite rise of the threshold, 0 for none")
        if self.refractory not in range(1 << 31):
            raise ValueError(f"refractory={self.refractory}: give a whole number of ticks, 0 or more")

    @property
    def integer(self) -> bool:
        """Always floats."""
        return False

    def fields(self) -> tuple[Field, ...]:
        """Potential `v`, adaptation `a`, spike of the last tick `z`, ticks of silence left."""
        return (
            Field("v", "f8", ("post",), lasting=False),
            Field("a", "f8", ("post",), lasting=False),
            Field("z", "f8", ("post",), lasting=False),
            Field("silent", "i4", ("post",), lasting=False),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(factor of v, factor of a, threshold, beta, refractory)`."""
        alpha, rho = float(np.exp(-dt / self.tau_mem)), float(np.exp(-dt / self.tau_adaptation))
        return (alpha, rho, self.v_threshold, self.beta, float(self.refractory))

    def kernel(self) -> Kernel:
        """Integrate, adapt, fire."""
        return _tick


@kernel
def _tick(
    acc: Floats, out: Int32s, count: Ints, const: Floats, v: Floats, a: Floats, z: Floats, silent: Int32s
) -> int:
    alpha, rho, threshold, beta = const[0], const[1], const[2], const[3]
    n_spikes = 0
    active = 0
    for j in range(v.size):
        active += int(acc[j] != 0.0)
        v[j] = alpha * v[j] + acc[j] - z[j] * threshold
        a[j] = rho * a[j] + z[j]
        acc[j] = 0.0
        z[j] = 0.0
        if silent[j] > 0:
            silent[j] -= 1
        elif v[j] > threshold + beta * a[j]:
            out[n_spikes] = j
            n_spikes += 1
            z[j] = 1.0
            silent[j] = int(const[4])
    tally(count, v.size, active, n_spikes)
    return n_spikes
