"""A learning rule, a neuron and an encoder of your own: one file, no registry, counted like the others.

A kernel's parameter names say what it is given: the fields its class declares, and the names that
`streamsnn.types` lists for its kind. Everything is compiled into one loop over ticks with the rest.
"""

from dataclasses import dataclass
from typing import Literal

from streams import datasets
from streamsnn import Core, Fixed, Layer, Linear, Network, Projection
from streamsnn.continual.split import stratified_split
from streamsnn.jit import kernel
from streamsnn.memory.counters import NEURON_UPDATES_ACTIVE, STATE_READS
from streamsnn.memory.synaptic import N_FORMAT, add_row, calls_for_change
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel, Weights


@dataclass(frozen=True)
class OnOff:
    """Encoder: one line of each feature spikes above a level, the other one at or below it."""

    level: float = 8.0
    ticks: int = 1
    lines: int = 2

    def fields(self) -> tuple[Field, ...]:
        """Nothing to remember."""
        return ()

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(level,)`."""
        return (self.level,)

    def kernel(self) -> Kernel:
        """Write the spikes of one sample."""
        return encode


@kernel
def encode(x: Floats, ptr: Ints, index: Int32s, const: Floats) -> None:
    """Neuron 2 f is the on line of feature f, 2 f + 1 its off line; a missing value (NaN) is silent."""
    n = 0
    for f in range(x.size):
        if x[f] == x[f]:
            index[n] = 2 * f if x[f] > const[0] else 2 * f + 1
            n += 1
    ptr[0], ptr[1] = 0, n


@dataclass(frozen=True)
class Clipped:
    """Neuron: sums its input, and clips at a limit. It never spikes; `Linear` reads its `v`."""

    limit: float = 8.0
    integer: bool = False

    def fields(self) -> tuple[Field, ...]:
        """Potential, cleared before every sample."""
        return (Field("v", "f8", ("post",), lasting=False),)

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(limit,)`."""
        return (self.limit,)

    def kernel(self) -> Kernel:
        """Advance all neurons by one tick."""
        return integrate


@kernel
def integrate(acc: Floats, v: Floats, count: Ints, const: Floats) -> int:
    """Take the input and clear it; returns the number of spikes."""
    for j in range(v.size):
        v[j] = min(max(v[j] + acc[j], -const[0]), const[0])
        acc[j] = 0.0
    count[NEURON_UPDATES_ACTIVE] += v.size
    return 0


@dataclass(frozen=True)
class UnlessClear:
    """Rule: delta rule on the lines that spiked, unless every error of the sample is within a margin."""

    learning_rate: float = 0.1
    margin: float = 0.2

    @property
    def format(self) -> Fixed:
        """8-bit weights in steps of 1/32, stochastically rounded."""
        return Fixed(8, exponent=-5)

    @property
    def when(self) -> Literal["tick", "sample"]:
        """In every tick."""
        return "tick"

    @property
    def third(self) -> Literal["label", "error"]:
        """The third factor is the readout's error."""
        return "error"

    @property
    def opens_units(self) -> bool:
        """It adds no neurons."""
        return False

    def fields(self) -> tuple[Field, ...]:
        """Samples that each neuron was taught with: learning state, saved with the weights."""
        return (Field("taught", "i8", ("post",)),)

    def constants(self, dt: float) -> tuple[float, ...]:
        """`(learning rate, margin)`; in the kernel they follow the constants of the number format."""
        return (self.learning_rate, self.margin)

    def deliver(self) -> None:
        """Spikes deliver the weights' own values."""

    def kernel(self) -> Kernel:
        """Turn activity into weight changes."""
        return learn


@kernel
def learn(
    w: Weights, nnz: Int32s, count: Ints, key: int, pre: Int32s, third: Floats, taught: Ints, const: Floats
) -> None:
    """Weights are changed through `memory.synaptic` alone, which rounds, saturates and counts."""
    rate, margin = const[N_FORMAT], const[N_FORMAT + 1]
    largest = 0.0
    for j in range(third.size):
        largest = max(largest, abs(third[j]))
    count[STATE_READS] += third.size
    if largest > margin and calls_for_change(third, count):
        for k in range(pre.size):
            add_row(w, nnz, count, key, pre[k], -rate, third, const)
        for j in range(third.size):
            taught[j] += 1


def main() -> None:
    """Learn the digits in one pass, at two margins."""
    digits = datasets.load("digits")
    assert digits.y is not None
    x, y = digits.x.reshape(-1, 64).astype(float), digits.y
    train, test = stratified_split(y, seed=0)
    for rule in (UnlessClear(margin=0.0), UnlessClear()):
        network = Network(
            encoder=OnOff(),
            layers=(Layer("out", Clipped(), per_class=True),),
            projections=(Projection("input", "out", format=rule.format, rule=rule),),
            readout=Linear(),
        )
        core = Core(network, n_features=64, n_classes=10)
        core.run(x[train], y[train], learn=True)
        right = (core.run(x[test], y[test], learn=False).argmax(axis=1) == y[test]).mean()
        taught = int(core.arrays()["p0.taught"][0])
        writes = core.counters["writes"] / taught
        print(
            f"margin {rule.margin}: {100 * right:.1f} % right, {taught} samples taught at {writes:.1f} writes"
        )
        assert right > 0.8


if __name__ == "__main__":
    main()
