"""What a mapping places: layers, and the synapse lists between them."""

from dataclasses import dataclass

from streamsnn.memory.convolution import Convolution


@dataclass(frozen=True, slots=True)
class Population:
    """A layer of `size` neurons, one compartment each.

    `neuron_sets` and `threshold_sets` count the different parameter sets among its neurons; every core is
    taken to need all of them. `pinned` asks for exactly so many cores instead of the fewest.
    """

    name: str
    size: int
    neuron_sets: int = 1
    threshold_sets: int = 1
    pinned: int | None = None


@dataclass(frozen=True, slots=True)
class RowTable:
    """Synapse lists from `pre` to `post`: `rows` lists of `words_per_row` words over the whole of `post`.

    `pre` may name something that lives off the chip, such as a sensor; then it occupies no core.
    `format` and `trace` name the synapse format and the presynaptic trace's parameters: tables that name
    the same share one; an empty trace is none. `delay` is the longest delay of a synapse in ticks.
    `shared` lists are stored once a core for all rows, as in a convolution; 0 where every row has its own.
    `window` is the convolution whose inputs the rows are: a part of `post` reads only those around it.
    """

    pre: str
    post: str
    words_per_row: int
    rows: int
    format: str = ""
    trace: str = ""
    delay: int = 0
    shared: int = 0
    window: Convolution | None = None

    def words(self, k: int) -> int:
        """Words on each of k cores."""
        return self.shared * self.words_per_row or self.rows * -(-self.words_per_row // k)

    def axons(self, k: int) -> int:
        """Rows that reach each of k cores.

        >>> maps = Convolution(shape=(14, 14), channels=32, kernel=(3, 3), filters=64, stride=2, padding=1)
        >>> table = RowTable("maps", "more", words_per_row=9, rows=6272, window=maps)
        >>> table.axons(1), table.axons(7)
        (6272, 1344)
        """
        return self.rows if self.window is None else self.window.inputs(-(-self.window.n_post // k))
