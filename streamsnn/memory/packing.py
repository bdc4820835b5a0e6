"""How many 64-bit words a row of synapses takes: the unit in which memory traffic is counted.

    words(n) = sum over groups of ceil((n_g * bits + 10) / 64),   n_g <= 64

One row (the synapse list of one presynaptic neuron) is stored in groups of at most 64 synapses, each with a
10-bit header, padded to whole words. `bits` is per synapse: weight, and index, delay and tag where stored.
Source: the packing rule of Loihi's synapse lists as restated from public emulators (Davies et al. 2018).
"""

from streamsnn.jit import kernel

HEADER_BITS = 10
# Groups and words are both of 64: shifts and masks, because a floor division costs more than all the rest.
SHIFT = 6
MASK = 63


@kernel
def row_words(n: int, bits: int) -> int:
    """Words of a row with `n` stored synapses of `bits` bits each.

    >>> row_words(1024, 8), row_words(1024, 4), row_words(0, 8)
    (144, 80, 0)
    """
    full = (n >> SHIFT) * (((bits << SHIFT) + HEADER_BITS + MASK) >> SHIFT)
    rest = n & MASK
    return full + (((rest * bits + HEADER_BITS + MASK) >> SHIFT) if rest > 0 else 0)


def index_bits(n_post: int) -> int:
    """Bits of an explicit index into `n_post` neurons, at least 6 as on the chip.

    >>> index_bits(1024), index_bits(3)
    (10, 6)
    """
    return max(6, (max(n_post, 1) - 1).bit_length())
