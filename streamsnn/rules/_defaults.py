"""What most rules answer alike; a rule that differs says so itself."""

from typing import Literal

from streamsnn.types import Kernel


class EveryTick:
    """A rule that runs in every tick, on an error, onto neurons that are given from outside."""

    @property
    def when(self) -> Literal["tick", "sample"]:
        """Every tick."""
        return "tick"

    @property
    def third(self) -> Literal["label", "error"]:
        """Error per post neuron; on a hidden layer, its feedback."""
        return "error"

    @property
    def opens_units(self) -> bool:
        """Neurons are given from outside."""
        return False

    def deliver(self) -> Kernel | None:
        """Weights deliver their own value."""
        return None


class OncePerSample:
    """A rule that runs once a labelled sample, on the class, and opens the neurons it writes onto."""

    @property
    def when(self) -> Literal["tick", "sample"]:
        """Once in the last tick of a labelled sample."""
        return "sample"

    @property
    def third(self) -> Literal["label", "error"]:
        """The class index."""
        return "label"

    @property
    def opens_units(self) -> bool:
        """Units are opened by novelty."""
        return True
