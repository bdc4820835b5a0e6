"""Words of eligibilities that a rule keeps per synapse: synaptic memory, counted apart from the weights.

`writes` and `write_attempts` are about weights alone, whatever else a rule stores beside them.
"""

from streamsnn.jit import kernel
from streamsnn.memory.counters import TAG_WORDS_READ, TAG_WORDS_WRITTEN
from streamsnn.memory.packing import row_words
from streamsnn.types import Ints

TAG_BITS = 32  # of a real-valued eligibility


@kernel
def count_tags(count: Ints, rows: int, n_post: int, planes: int) -> None:
    """Count that `rows` rows of `planes` eligibilities per synapse were read and written back."""
    words = rows * row_words(n_post, planes * TAG_BITS) if planes > 0 else 0
    count[TAG_WORDS_READ] += words
    count[TAG_WORDS_WRITTEN] += words
