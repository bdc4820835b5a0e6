"""A rule alone, with the arrays that a core would give it, found by the names its kernels ask for."""

import inspect
import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from streamsnn.memory import COUNTERS, Fixed, Float64, Format
from streamsnn.types import Kernel, Rule

DT = 1e-3


class Bench:
    """`n_pre` x `n_post` synapses under one rule; `tick` runs its kernel."""

    def __init__(
        self, rule: Rule, w: np.ndarray, number_format: Format | None = None, dt: float = DT
    ) -> None:
        chosen: Format = number_format or rule.format
        exponent = chosen.exponent if isinstance(chosen, Fixed) else 0
        sizes = {"pre": w.shape[0], "post": w.shape[1]}
        self.rule = rule
        self.format = chosen
        real = "f8" if isinstance(chosen, Float64) else "f4"
        self.arrays: dict[str, Any] = {
            f.name: np.full(
                [sizes.get(str(d), d) for d in f.dims], f.initial, real if f.dtype == "real" else f.dtype
            )
            for f in rule.fields()
        }
        self.w: np.ndarray = chosen.quantise(w)
        self.count = np.zeros(len(COUNTERS), np.int64)
        format_constants = (*chosen.constants(), float(exponent), float(chosen.bits), 0.0)
        self.arrays |= {
            "w": self.w,
            "nnz": np.count_nonzero(self.w, axis=1).astype(np.int32),
            "count": self.count,
            "const": np.array([*format_constants, *rule.constants(dt)]),
        }

    def _call(self, k: Kernel, **ports: Any) -> None:
        known = {**self.arrays, **ports}
        k(*(known[name] for name in inspect.signature(getattr(k, "py_func", k)).parameters))

    def tick(self, spikes: Sequence[int], error: Sequence[float], key: int = 77, ending: int = 0) -> None:
        """One tick with these presynaptic spikes and this third factor."""
        third, pre = np.array(error, np.float64), np.array(spikes, np.int32)
        self._call(self.rule.kernel(), pre=pre, third=third, key=key, ending=ending)

    def deliver(self, spikes: Sequence[int]) -> list[float]:
        """Input of the post neurons from these spikes, by the rule's own kernel."""
        own = self.rule.deliver()
        assert own is not None
        acc = np.zeros(self.w.shape[1])
        self._call(own, pre=np.array(spikes, np.int32), acc=acc)
        return [float(value) for value in acc]

    @property
    def counted(self) -> Counter[str]:
        """Counters that moved."""
        return Counter({name: int(n) for name, n in zip(COUNTERS, self.count, strict=True) if n})


def classes(order: str, rng: np.random.Generator, blocks: int = 80, ticks: int = 100) -> np.ndarray:
    """Class 0..3 of every tick, in blocks; `"class-ordered"` within each half of the stream, or mixed."""
    label = rng.integers(0, 4, blocks)
    if order == "class-ordered":
        half = blocks // 2
        label = np.concatenate([np.sort(label[:half]), np.sort(label[half:])])
    return label.repeat(ticks)


def follow_classes(
    bench: Bench, label: np.ndarray, target: Callable[[int, int], float], seed: int
) -> np.ndarray:
    """Errors tick by tick: Poisson neurons, a group for each class, and one output to be learned.

    `target` takes tick and class. The output is the activity (5 ms, Hz) times the stored real weights.
    """
    rng = np.random.default_rng(seed)
    n_pre, lsb = bench.w.shape[0], bench.format.constants()[0] or 1.0
    group = np.arange(n_pre) * 4 // n_pre
    activity, errors = np.zeros(n_pre), np.zeros(label.size)
    for t, c in enumerate(label.tolist()):
        spikes = np.flatnonzero(rng.random(n_pre) < np.where(group == c, 0.1, 0.02))
        activity *= math.exp(-DT / 0.005)
        activity[spikes] += (1 - math.exp(-DT / 0.005)) / DT
        shift = int(bench.arrays["shift"][0]) if "shift" in bench.arrays else 0
        errors[t] = float(activity @ bench.w[:, 0]) * lsb * 2.0**shift - target(t, c)
        bench.tick(spikes.tolist(), [errors[t]], key=t)
    return errors


def rms(errors: np.ndarray) -> float:
    """Root of the mean square."""
    return float(np.sqrt(np.mean(np.square(errors))))
