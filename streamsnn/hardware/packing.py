"""How many memory words a synapse list takes on the chip."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RowFormat:
    """Fields of one synapse and the layout of a row of them in synaptic memory.

        words(n) = sum over groups of  ceil( (n_g * (Bw + Bd + Bt + Bi) + H) / W ),    n_g <= G

    A row is cut into groups of at most G synapses; every group starts on a new word with a header.
    Cutting a row at a multiple of G therefore costs nothing; any other cut may add a word, and in rare
    cases (a short last group whose padding is refilled) saves one.

    Parameters
    ----------
    weight_bits, delay_bits, tag_bits, index_bits
        Bw, Bd, Bt, Bi: bits of each field; `index_bits` is 0 for a dense row.
    word_bits, group, header_bits
        W, G, H: bits of a memory word, synapses of a group at most, bits of a group's header.

    Raises
    ------
    ValueError
        If a width is negative, or the word or the group is empty.

    References
    ----------
    Davies et al., "Loihi: A Neuromorphic Manycore Processor with On-Chip Learning", IEEE Micro, 2018
    (synapse formats); group and header as modelled by nengo_loihi 1.1.0, 2023.

    Examples
    --------
    >>> RowFormat(weight_bits=8).words(1024), RowFormat(8, delay_bits=6, tag_bits=9).words(1024)
    (144, 384)
    """

    weight_bits: int
    delay_bits: int = 0
    tag_bits: int = 0
    index_bits: int = 0
    word_bits: int = 64
    group: int = 64
    header_bits: int = 10

    def __post_init__(self) -> None:
        for name in ("weight_bits", "delay_bits", "tag_bits", "index_bits", "header_bits"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} = {getattr(self, name)} is negative; give a number of bits")
        for name in ("word_bits", "group"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} = {getattr(self, name)} must be at least 1")

    @property
    def synapse_bits(self) -> int:
        """Bits of one synapse without its share of the header."""
        return self.weight_bits + self.delay_bits + self.tag_bits + self.index_bits

    def words(self, synapses: int) -> int:
        """Return the memory words of a row of `synapses` synapses (0 for an empty row).

        >>> RowFormat(weight_bits=8, index_bits=10).words(1024)
        304
        """
        if synapses < 0:
            raise ValueError(f"a row of {synapses} synapses is impossible; give 0 or more")
        full, rest = divmod(synapses, self.group)
        return full * self._group_words(self.group) + (self._group_words(rest) if rest else 0)

    def synapses_per_core(self, row: int, core_words: int) -> int:
        """Return how many synapses a core of `core_words` words holds in whole rows of `row` synapses.

        >>> RowFormat(weight_bits=8).synapses_per_core(1024, core_words=16384)
        115712
        """
        words = self.words(row)
        if words == 0:
            raise ValueError(f"rows of {row} synapses take no memory; give rows of at least 1 synapse")
        return core_words // words * row

    def _group_words(self, synapses: int) -> int:
        bits = synapses * self.synapse_bits + self.header_bits
        return -(-bits // self.word_bits)
