"""A frozen network in front of what learns: pictures to a sparse code, in integers, on the core."""

from dataclasses import dataclass

from streamsnn.encoders.latency import Latency
from streamsnn.memory.convolution import Convolution
from streamsnn.memory.formats import Fixed
from streamsnn.network import INPUT, Layer, Projection
from streamsnn.neurons.k_winners import KWinners
from streamsnn.neurons.level import Level
from streamsnn.trunks.file import Header, TrunkFile, read
from streamsnn.trunks.stored import Stored

CODE = "code"  # the layer that is read


@dataclass(frozen=True)
class Trunk:
    """Encoder, frozen layers and frozen 8-bit projections, from a file that says how it was made.

        pixel -> level 0..16 -> conv, gain, offset -> level 0..15 -> ... -> full -> k largest spike

    Samples are arrays of `n_features` numbers, a picture line by line, bright ink on dark ground as the
    shipped trunks know it. One sample takes `ticks` of the encoder and a tick for every further layer.

    Parameters
    ----------
    name
        Name of a shipped trunk, or path of a file that ends in `.safetensors`.
    low, high
        Features that are dark and bright.
    digest
        SHA-256 of the file; empty for whatever the file holds now. A checkpoint keeps it, so that it is
        never restored onto other weights.

    Raises
    ------
    FileNotFoundError
        If there is no such trunk.
    ValueError
        If the file is damaged, or is not the one of that digest.

    Examples
    --------
    >>> trunk = Trunk.load("strokes")
    >>> trunk.n_features, trunk.n_hidden
    (784, 2048)
    """

    name: str
    low: float = 0.0
    high: float = 255.0
    digest: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", read(self.name, self.digest).digest)
        self.encoder()  # refuses a range that is none

    @classmethod
    def load(cls, name: str, low: float = 0.0, high: float = 255.0) -> "Trunk":
        """The trunk of a name or path, as its file is now."""
        return cls(name, low, high)

    @property
    def about(self) -> Header:
        """What it is, what it was trained on, and the command that makes it."""
        return self._file().header

    @property
    def n_features(self) -> int:
        """Numbers of a sample."""
        height, width = self.about.shape
        return height * width

    @property
    def n_hidden(self) -> int:
        """Neurons of the code."""
        return int(self._file().arrays[CODE].shape[1])

    def encoder(self) -> Latency:
        """Pixels to spikes, brighter ones earlier."""
        return Latency(self.low, self.high, self.about.ticks)

    def layers(self, k: int) -> tuple[Layer, ...]:
        """The frozen layers; `k` neurons of the last one, `"code"`, spike."""
        found = self._file()
        layers = []
        for i, (stage, shape) in enumerate(zip(found.header.stages, self._convolutions(), strict=True)):
            gain, bias = (tuple(found.arrays[f"{what}{i}"].tolist()) for what in ("gain", "bias"))
            neuron = Level(found.header.levels, stage.shift, gain, bias)
            layers.append(Layer(f"conv{i}", neuron, shape.n_post))
        bias = tuple(found.arrays["code_bias"].tolist())
        return (*layers, Layer(CODE, KWinners(k, bias), self.n_hidden))

    def projections(self) -> tuple[Projection, ...]:
        """What joins the input and the layers."""
        names = [INPUT, *(f"conv{i}" for i in range(len(self.about.stages))), CODE]
        joined = [
            Projection(pre, post, self._stored(f"w{i}"), Fixed(8), storage=c)
            for i, (pre, post, c) in enumerate(
                zip(names[:-2], names[1:-1], self._convolutions(), strict=True)
            )
        ]
        return (*joined, Projection(names[-2], CODE, self._stored(CODE), Fixed(8)))

    def check(self, n_features: int) -> None:
        """Refuse samples of another length.

        Raises
        ------
        ValueError
            In one sentence.
        """
        if n_features != self.n_features:
            height, width = self.about.shape
            raise ValueError(
                f"a sample of {n_features} features for trunk {self.name!r}: give {self.n_features} numbers, "
                f"the {height} lines of {width} one after another"
            )

    def _file(self) -> TrunkFile:
        return read(self.name, self.digest)

    def _stored(self, name: str) -> Stored:
        return Stored(self.name, name, self.digest)

    def _convolutions(self) -> list[Convolution]:
        shape, channels = self.about.shape, 1
        found = []
        for stage in self.about.stages:
            side = (stage.kernel, stage.kernel)
            found.append(Convolution(shape, channels, side, stage.filters, stage.stride, stage.padding))
            shape, channels = found[-1].out_shape, stage.filters
        return found
