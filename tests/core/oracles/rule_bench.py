"""One rule alone, with the arrays that a core would give it, found by the names its kernels ask for."""

import inspect
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from streamsnn.memory import COUNTERS, Fixed, Float64, Format
from streamsnn.memory.synaptic import deliver_float
from streamsnn.types import Defers, Rule
from tests.core.oracles import memory

KEY = 77


class RuleBench:
    """A projection of one rule, driven tick by tick with given spikes."""

    def __init__(self, rule: Rule, number_format: Format, w: np.ndarray, dt: float = 1e-3) -> None:
        n_pre, n_post = w.shape
        exponent = number_format.exponent if isinstance(number_format, Fixed) else 0
        axes = {"pre": n_pre, "post": n_post}
        self.rule, self.format = rule, number_format
        real = "f8" if isinstance(number_format, Float64) else "f4"
        self.ports: dict[str, Any] = {
            f.name: np.full(
                [d if isinstance(d, int) else axes[d] for d in f.dims],
                f.initial,
                real if f.dtype == "real" else f.dtype,
            )
            for f in rule.fields()
        }
        form = (float(exponent), float(number_format.bits), 0.0)
        stored = number_format.quantise(w)
        self.ports |= {
            "w": stored,
            "nnz": np.count_nonzero(stored, axis=1).astype(np.int32),
            "count": np.zeros(len(COUNTERS), np.int64),
            "const": np.array([*number_format.constants(), *form, *rule.constants(dt)]),
            "acc": np.zeros(n_post),
            "third": np.zeros(n_post),
            "size": np.array([n_post]),
            "pre": np.zeros(0, np.int32),
            "post": np.zeros(0, np.int32),
            "key": KEY,
            "t": 0,
            "learn": 1,
            "ending": 0,
        }

    def _call(self, kernel: Callable[..., Any]) -> None:
        names = inspect.signature(getattr(kernel, "py_func", kernel)).parameters
        kernel(*(self.ports[name] for name in names))

    def deliver(self, pre: Sequence[int]) -> np.ndarray:
        """Deliver the spikes of this tick as a core does; the input of each post neuron."""
        self.ports["pre"] = np.array(pre, np.int32)
        if isinstance(self.rule, Defers) and (arrive := self.rule.arrive()) is not None:
            self._call(arrive)
        self.ports["acc"][:] = 0.0
        self._call(self.rule.deliver() or deliver_float)
        acc: np.ndarray = self.ports["acc"].copy()
        return acc

    def learn(
        self,
        pre: Sequence[int],
        post: Sequence[int],
        third: Sequence[float] | np.ndarray = (),
        key: int = KEY,
        ending: int = 0,
    ) -> None:
        """The rule's turn at the end of a tick."""
        self.ports |= {"pre": np.array(pre, np.int32), "post": np.array(post, np.int32)}
        self.ports |= {"key": key, "ending": ending}
        if len(third):
            self.ports["third"] = np.array(third, np.float64)
        self._call(self.rule.kernel())

    def settle(self) -> None:
        """Write all that the rule still owes."""
        if isinstance(self.rule, Defers) and (settle := self.rule.settle()) is not None:
            self._call(settle)

    @property
    def w(self) -> np.ndarray:
        """Stored weights."""
        w: np.ndarray = self.ports["w"]
        return w

    @property
    def value(self) -> np.ndarray:
        """Real values of the stored weights."""
        return self.w * (self.ports["const"][0] or 1.0)

    @property
    def counted(self) -> Counter[str]:
        """Counters that are not zero."""
        count = self.ports["count"]
        return Counter({name: int(n) for name, n in zip(COUNTERS, count, strict=True) if n})

    def rounding(self, key: int) -> memory.Rounding:
        """How an oracle stores old + dw in this format, with the draws of `key`; old is a stored number."""
        if isinstance(self.format, Fixed):
            lsb, low, high, stochastic, _ = self.format.constants()
            return memory.fixed_rounding(lsb, int(low), int(high), key if stochastic else None)
        return lambda i, j, old, dw: float(self.format.dtype.type(old + dw))
