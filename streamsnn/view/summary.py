"""The figures of one run, exactly as they stand in ``report.json``."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import msgspec

from streamsnn.atomic import write_atomic


@dataclass(frozen=True)
class EnergyBand:
    """Estimated energy in nJ per sample: lower bound, best estimate, upper bound."""

    low: float
    mid: float
    high: float


@dataclass(frozen=True)
class Latency:
    """Median and 99th percentile of one learning step, in microseconds."""

    p50: float
    p99: float


@dataclass(frozen=True)
class BaselineScore:
    """How a baseline did on the same stream and held-out set."""

    acc_final: float
    forgetting_max: float
    prequential: float


@dataclass(frozen=True)
class Summary:
    """Everything ``report.json`` says, key by key; the keys and their order are stable.

    Accuracies and forgetting are shares of 1, counts are means per sample, energy is in nJ, latency in us.

    Raises
    ------
    ValueError
        If a number is not finite: JSON has no NaN, and a missing figure must not look like one.

    Examples
    --------
    >>> Latency(p50=80.0, p99=210.0).p99
    210.0
    """

    scenario: str
    order: str
    seed: int
    learner: str
    n_samples: int
    acc_final: float
    acc_average_incremental: float
    forgetting_max: float
    bwt_gem: float
    prequential: float
    writes_per_sample: float
    words_written_per_sample: float
    words_read_per_sample: float
    synops_per_sample: float
    dense_writes_per_sample: float
    energy_nj_per_sample: EnergyBand
    events_per_s: float
    latency_us: Latency
    baselines: Mapping[str, BaselineScore]
    version: str
    machine: str
    command: str

    def __post_init__(self) -> None:
        for key, value in _leaves(asdict(self)):
            if isinstance(value, float) and not math.isfinite(value):
                raise ValueError(f"{key} is {value}, but a report holds finite numbers only.")

    @property
    def dense_share(self) -> float:
        """Writes as a share of what a dense three-factor rule would have written; 0 if that wrote nothing."""
        dense = self.dense_writes_per_sample
        return self.writes_per_sample / dense if dense else 0.0

    def to_json(self) -> str:
        """Return the report as indented JSON, keys in declared order, ending in a newline."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read a report back.

        Raises
        ------
        ValueError
            If ``text`` is not the JSON of a report; the sentence names the key.
        """
        try:
            return msgspec.json.decode(text, type=cls)
        except msgspec.DecodeError as error:
            raise ValueError(f"This is not the JSON of a report: {error}.") from error

    def write(self, path: Path) -> None:
        """Write ``to_json()`` to ``path``, in a folder that exists, whole or not at all.

        Raises
        ------
        OSError
            If the folder cannot be written.
        """
        write_atomic(path, self.to_json().encode())


def _leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
