"""How many 64-bit words a row of synapses takes: the unit in which memory traffic is counted.

    words(n) = sum over groups of ceil((n_g * bits + 10) / 64),   n_g <= 64

One row (the synapse list of one presynaptic neuron) is stored in groups of at most 64 synapses, each with a
10-bit header, padded to whole words. `bits` is per synapse: weight, and index, delay and tag where stored.
Source: the packing rule of Loihi's synapse lists as restated from public emulators (Davies et al. 2018).
"""

from streamsnn.jit import kernel

GROUP = 64
HEADER_BITS = 10
WORD = 64


@kernel
def row_words(n: int, bits: int) -> int:
    """Words of a row with `n` stored synapses of `bits` bits each.

    >>> row_words(1024, 8), row_words(1024, 4), row_words(0, 8)
    (144, 80, 0)
    """
    full = n // GROUP
    rest = n - full * GROUP
    words = full * ((GROUP * bits + HEADER_BITS + WORD - 1) // WORD)
    if rest > 0:
        words += (rest * bits + HEADER_BITS + WORD - 1) // WORD
    return words


def index_bits(n_post: int) -> int:
    """Bits of an explicit index into `n_post` neurons, at least 6 as on the chip.

    >>> index_bits(1024), index_bits(3)
    (10, 6)
    """
    return max(6, (max(n_post, 1) - 1).bit_length())
