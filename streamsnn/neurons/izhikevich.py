"""Izhikevich's two-variable neuron: many firing patterns from four numbers."""

from dataclasses import dataclass

from streamsnn.jit import kernel
from streamsnn.neurons._tally import tally
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel

PEAK = 30.0  # mV


@dataclass(frozen=True)
class Izhikevich:
    """Izhikevich neuron in floats; time in ms, potential V in mV.

        twice:  V := V + h/2 (0.04 V^2 + 5 V + 140 - U + I)        h: length of a tick in ms
        once:   U := U + h a (b V - U)
        spike if V >= 30 mV ;  then V := c, U := U + d

    The two half steps of V for one step of U are those of the author's script. A neuron starts where that
    script starts it, V = c and U = b c. The fields `v` and `u` hold the distance from there, V - c and
    U - b c, because the state of a sample starts at zero.

    Parameters
    ----------
    a
        Rate of recovery, 1/ms.
    b
        Sensitivity of the recovery to the potential.
    c
        Potential after a spike, mV.
    d
        Jump of the recovery at a spike. The defaults are the paper's regular-spiking cell;
        `a=0.1` is fast spiking, `c=-50, d=2` chattering.

    Notes
    -----
    No synaptic memory is read or written; every neuron is updated in every tick. Ticks should be 1 ms or
    shorter: the half steps diverge for longer ones.

    Hosts: loihi2, spinnaker; odin has a phenomenological form of its patterns, not this equation.

    References
    ----------
    Izhikevich, Simple model of spiking neurons, IEEE Transactions on Neural Networks 2003.

    >>> Izhikevich(a=0.1).constants(dt=0.001)
    (1.0, 0.1, 0.2, -65.0, 8.0)
    """

    a: float = 0.02
    b: float = 0.2
    c: float = -65.0
    d: float = 8.0

    def __post_init__(self) -> None:
        for name in ("a", "b", "c", "d"):
            value = getattr(self, name)
            if not abs(value) < float("inf"):
                raise ValueError(f"{name}={value}: give a finite number")
        if not self.c < PEAK:
            raise ValueError(f"c={self.c} mV: the reset must lie below the peak of {PEAK:g} mV")

    @property
    def integer(self) -> bool:
        """Always floats."""
        return False

    def fields(self) -> tuple[Field, ...]:
        """Potential `v` and recovery `u`, from their values at the start."""
        return (Field("v", "f8", ("post",), lasting=False), Field("u", "f8", ("post",), lasting=False))

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(ms per tick, a, b, c, d)`."""
        return (1000.0 * dt, self.a, self.b, self.c, self.d)

    def kernel(self) -> Kernel:
        """Two half steps of V, one of U, fire."""
        return _tick


@kernel
def _tick(acc: Floats, out: Int32s, count: Ints, const: Floats, v: Floats, u: Floats) -> int:
    h, a, b, c, d = const[0], const[1], const[2], const[3], const[4]
    n_spikes = 0
    active = 0
    for j in range(v.size):
        current = acc[j]
        active += int(current != 0.0)
        acc[j] = 0.0
        potential = c + v[j]
        recovery = b * c + u[j]
        for _ in range(2):
            slope = 0.04 * potential * potential + 5.0 * potential + 140.0 - recovery + current
            potential += 0.5 * h * slope
        recovery += h * a * (b * potential - recovery)
        if potential >= PEAK:
            out[n_spikes] = j
            n_spikes += 1
            potential = c
            recovery += d
        v[j] = potential - c
        u[j] = recovery - b * c
    tally(count, v.size, active, n_spikes)
    return n_spikes
