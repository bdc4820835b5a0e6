"""Integer rectifier with levels: a quantised ReLU whose value leaves as one graded spike."""

from dataclasses import dataclass

from streamsnn.jit import kernel
from streamsnn.memory.counters import SPIKES
from streamsnn.neurons._integrate import check_scale, integrate
from streamsnn.types import Field, Floats, Int32s, Ints, Kernel

MOST_LEVELS = (1 << 16) - 1  # 16-bit payload


@dataclass(frozen=True)
class Level:
    """Integrators that send, once a sample, how far they were driven: an integer from 0 to `levels`.

        u[t] = wrap24( u[t-1] + a[t] )       v[t] = v[t-1] + u[t]         (t <= last input tick)
        in the last input tick, for neuron j of channel c = j mod C:
        q_j = clip( floor( (v_j / 2^6 * gain_c + bias_c) / 2^shift + 1/2 ), 0, levels )
        q_j > 0: one spike with payload q_j;  q_j = 0: none            (a: summed weights * payload * 2^6)

    v / 2^6 is the sum of weight times payload, or, behind a latency code, of weight times level. With the
    gain and bias of a batch normalisation this is a quantised ReLU layer in exact integers: what was
    trained with the same rounding is run bit for bit. A current that leaves its 24 bits wraps and is
    counted as an overflow; sums and products after it are exact in 64 bits.

    Parameters
    ----------
    levels
        Largest payload, 1 to 65535; 15 is a 4-bit activation.
    shift
        Right shift after the gain, 0 to 31 bits.
    gain
        Integer factor of each channel (16 bits), dimensionless. Neuron j takes element j mod C, which is
        its filter behind a `Convolution`; C divides the layer's size. The default is one channel for all.
    bias
        Integer offset of each channel (32 bits), in units of a weight of 1 times the gain; empty for 0.

    Defaults: 4-bit activations as the smallest of Jacob et al. that keep accuracy; no scaling.

    Notes
    -----
    No synaptic memory is read or written. Every neuron is updated in every tick up to the last one with
    input, and rests after that.

    Hosts: loihi2.

    References
    ----------
    Jacob et al., Quantization and training of neural networks for efficient integer-arithmetic-only
    inference, CVPR 2018; Intel Labs, Taking neuromorphic computing to the next level with Loihi 2, 2021
    (spikes with an integer payload).

    >>> Level(levels=15, gain=(3, 5), bias=(-20, 0), shift=4).payload_bits
    4
    """

    levels: int = 15
    shift: int = 0
    gain: tuple[int, ...] = (1,)
    bias: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if type(self.levels) is not int or not 1 <= self.levels <= MOST_LEVELS:
            raise ValueError(f"levels={self.levels!r}: give a whole number from 1 to {MOST_LEVELS}")
        check_scale("Level", self.gain, self.bias, self.shift)
        if not self.gain:
            raise ValueError("Level: gain=(): give one integer per channel")

    @property
    def integer(self) -> bool:
        """Integer currents only."""
        return True

    @property
    def payload_bits(self) -> int:
        """Bits of the largest level."""
        return self.levels.bit_length()

    @property
    def period(self) -> int:
        """Channels."""
        return len(self.gain)

    def fields(self) -> tuple[Field, ...]:
        """Current `u` and potential `v`."""
        return (Field("u", "i4", ("post",), lasting=False), Field("v", "i4", ("post",), lasting=False))

    def constants(self, dt: float) -> tuple[float, ...]:
        """Channels, levels, shift; the gains; the biases."""
        bias = self.bias or (0,) * self.period
        return tuple(float(n) for n in (self.period, self.levels, self.shift, *self.gain, *bias))

    def kernel(self) -> Kernel:
        """Integrate, and fire in the last input tick."""
        return _tick


@kernel
def _tick(
    t: int,
    last: int,
    acc: Int32s,
    out: Int32s,
    payload: Int32s,
    count: Ints,
    const: Floats,
    u: Int32s,
    v: Int32s,
) -> int:
    if t > last:
        return 0  # its level is sent
    integrate(acc, count, u, v)
    if t < last:
        return 0
    channels, levels, shift = int(const[0]), int(const[1]), int(const[2])
    half = (1 << shift) >> 1
    n_spikes = 0
    for first in range(0, v.size, channels):
        for c in range(channels):
            j = first + c
            scaled = (int(v[j]) >> 6) * int(const[3 + c]) + int(const[3 + channels + c])
            q = min(max((scaled + half) >> shift, 0), levels)
            # written in any case, and kept if it counts: half of the branches would be guessed wrongly
            out[n_spikes] = j
            payload[n_spikes] = q
            n_spikes += int(q > 0)
    count[SPIKES] += n_spikes
    return n_spikes
