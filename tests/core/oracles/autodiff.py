"""Reverse-mode automatic differentiation of scalars, in plain Python: an oracle for gradients."""

from collections.abc import Sequence


class Scalar:
    """A number that remembers how it was made."""

    def __init__(self, value: float, parents: Sequence[tuple["Scalar", float]] = ()) -> None:
        self.value = value
        self.parents = tuple(parents)
        self.gradient = 0.0

    def __add__(self, other: "Scalar | float") -> "Scalar":
        if isinstance(other, Scalar):
            return Scalar(self.value + other.value, ((self, 1.0), (other, 1.0)))
        return Scalar(self.value + other, ((self, 1.0),))

    def __mul__(self, other: "Scalar | float") -> "Scalar":
        if isinstance(other, Scalar):
            return Scalar(self.value * other.value, ((self, other.value), (other, self.value)))
        return Scalar(self.value * other, ((self, other),))

    def step(self, slope: float) -> "Scalar":
        """1 if positive, else 0, with a slope given from outside: a spike and its surrogate derivative."""
        return Scalar(float(self.value > 0.0), ((self, slope),))

    def detached(self) -> float:
        """The value alone."""
        return self.value


def backward(loss: Scalar) -> None:
    """Write d loss / d node into every node that the loss depends on."""
    order: list[Scalar] = []
    seen: set[int] = set()
    stack: list[tuple[Scalar, bool]] = [(loss, False)]
    while stack:
        node, done = stack.pop()
        if done:
            order.append(node)
        elif id(node) not in seen:
            seen.add(id(node))
            stack.append((node, True))
            stack += [(parent, False) for parent, _ in node.parents]
    loss.gradient = 1.0
    for node in reversed(order):
        for parent, slope in node.parents:
            parent.gradient += node.gradient * slope
