"""Prescribed error sensitivity (PES), weight form: for connections between neurons, not onto decoders."""

from dataclasses import dataclass

import numpy as np

from streamsnn.jit import kernel
from streamsnn.memory.formats import Float32, Format
from streamsnn.memory.outer import add_outer
from streamsnn.memory.synaptic import N_FORMAT, calls_for_change
from streamsnn.rules._activity import low_pass
from streamsnn.rules._defaults import EveryTick
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel, Weights

RATE, KEEP, RISE, DIMENSIONS, ENCODERS = range(N_FORMAT, N_FORMAT + 5)


def random_encoders(
    n: int, dimensions: int, *, gain: float = 1.0, seed: int = 0
) -> tuple[tuple[float, ...], ...]:
    """Scaled encoders of `n` neurons: directions uniform on the sphere, times `gain`.

    >>> len(random_encoders(5, 2)), {abs(e[0]) for e in random_encoders(5, 1, gain=2.0)}
    (5, {2.0})
    """
    if n < 1 or dimensions < 1:
        raise ValueError(f"n={n}, dimensions={dimensions}: give at least one of each")
    directions = np.random.default_rng(seed).normal(size=(n, dimensions))
    directions *= gain / np.linalg.norm(directions, axis=1, keepdims=True)
    return tuple(tuple(float(value) for value in row) for row in directions)


@dataclass(frozen=True)
class PESWeights(EveryTick):
    """Prescribed error sensitivity on weights w_ij from neuron i to neuron j with encoder enc_j.

        a_i[t] = a_i[t-1] exp(-dt / tau_pre) + (1 - exp(-dt / tau_pre)) s_i[t] / dt      in Hz
        dw_ij  = -learning_rate * (dt / n_pre) * a_i * sum_k enc_jk e_k      e = actual - target

    It moves the weights just as the decoder form moves decoders: with w = sum_k d_ik enc_jk both make the
    same change. The error lives in the decoded space, which has fewer dimensions than the post layer has
    neurons: the first `len(encoders[0])` numbers of the third factor are read as e, the others are
    not. Without encoders the third factor is taken as projected already, one number per post neuron.

    Parameters
    ----------
    learning_rate
        kappa, per second and Hz squared; 1e-4 as in Nengo's PES.
    tau_pre
        Low-pass filter of the presynaptic activity, seconds; 5 ms as in Nengo's PES.
    encoders
        Scaled encoder (gain over radius folded in) of each post neuron, as `random_encoders` makes them.
        Neurons beyond the last one given do not learn.

    Cost per tick with error: (neurons with activity) x n_post synapses read and attempted, n_pre words of
    state read and written. Without error: the state only.

    Hosts: spinnaker.

    References
    ----------
    MacNeil & Eliasmith, Fine-tuning and the stability of recurrent neural networks, PLoS ONE 2011.

    >>> PESWeights(encoders=((1.0, 0.0), (0.0, -1.0))).constants(0.001)[3:]
    (2.0, 1.0, 0.0, 0.0, -1.0)
    """

    learning_rate: float = 1e-4
    tau_pre: float = 0.005
    encoders: tuple[tuple[float, ...], ...] = ()

    def __post_init__(self) -> None:
        if not self.learning_rate >= 0 or not self.tau_pre > 0:
            raise ValueError(
                f"learning_rate={self.learning_rate}, tau_pre={self.tau_pre} s: "
                "give learning_rate >= 0, tau_pre > 0"
            )
        sizes = sorted({len(row) for row in self.encoders})
        if len(sizes) > 1 or 0 in sizes or (sizes and sizes[0] > len(self.encoders)):
            raise ValueError(
                f"encoders of {len(self.encoders)} neurons have {sizes} dimensions: give all the same "
                "number, at least 1 and at most one per neuron"
            )
        if not all(np.isfinite(value) for row in self.encoders for value in row):
            raise ValueError("encoders are not all finite")

    @property
    def format(self) -> Format:
        """Floats, unless a projection says otherwise."""
        return Float32()

    def fields(self) -> tuple[Field, ...]:
        """Filtered activity of each presynaptic neuron, Hz; scratch for the projected error."""
        return (
            Field("activity", "f8", ("pre",), lasting=False),
            Field("projected", "f8", ("post",), lasting=False),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(learning_rate dt, activity kept per tick, rise per spike in Hz, dimensions, encoders ...)`."""
        keep = float(np.exp(-dt / self.tau_pre))
        dimensions = len(self.encoders[0]) if self.encoders else 0
        flat = tuple(float(value) for row in self.encoders for value in row)
        return (self.learning_rate * dt, keep, (1.0 - keep) / dt, float(dimensions), *flat)

    def kernel(self) -> Kernel:
        """Filter the activity, project the error, then change the rows of active neurons."""
        return _tick


@kernel
def _tick(
    w: Weights,
    nnz: Int32s,
    count: Ints,
    key: int,
    pre: Int32s,
    third: Floats,
    activity: Floats,
    projected: Floats,
    const: Floats,
) -> None:
    low_pass(activity, pre, const[KEEP], const[RISE], count)
    dimensions = int(const[DIMENSIONS])
    n_error = min(dimensions, third.size) if dimensions > 0 else third.size
    if not calls_for_change(third[:n_error], count):
        return
    if dimensions == 0:
        for j in range(projected.size):
            projected[j] = third[j]
    else:
        n_encoders = (const.size - ENCODERS) // dimensions
        for j in range(projected.size):
            projected[j] = 0.0
            if j < n_encoders:
                for k in range(n_error):
                    projected[j] += const[ENCODERS + j * dimensions + k] * third[k]
    scale = -const[RATE] / activity.size
    add_outer(w, nnz, count, key, scale, activity, projected, const)
