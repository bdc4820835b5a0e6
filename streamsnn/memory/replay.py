"""Exact deferral of rules that keep an eligibility per synapse: the interval is replayed, tick by tick.

Where the eligibility follows a recursion with post-synaptic coefficients, an interval does not collapse to
one product. But everything that the recursion needs from the post side is one number or two per neuron and
tick, so that a ring of them (neuron memory) lets a row be brought up to date when it is next read: weights
and eligibilities are read and written once per presynaptic spike, with the dense rule's own arithmetic.
"""

from streamsnn.jit import kernel
from streamsnn.memory.counters import TAG_WORDS_READ, TAG_WORDS_WRITTEN
from streamsnn.memory.packing import row_words
from streamsnn.types import Ints

TAG_BITS = 32


@kernel
def count_tags(count: Ints, rows: int, n_post: int, planes: int) -> None:
    """Count that `rows` rows of `planes` eligibilities per synapse were read and written back."""
    words = rows * row_words(n_post, planes * TAG_BITS)
    count[TAG_WORDS_READ] += words
    count[TAG_WORDS_WRITTEN] += words
