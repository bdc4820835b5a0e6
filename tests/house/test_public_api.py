"""The public names are a list. Removing one takes a release in which it is deprecated."""

import importlib
import subprocess
import sys
import time

import pytest

STREAMSNN = (
    "ALIF",
    "ASP",
    "CLP",
    "DECOLLE",
    "LI",
    "LIF",
    "NEF",
    "OTTT",
    "PES",
    "RLS",
    "SOEL",
    "STLLR",
    "AdaptivePopulation",
    "Checkpoint",
    "ControlledForgetting",
    "Convolution",
    "Core",
    "Counters",
    "Counting",
    "DiehlCook",
    "EProp",
    "Eligibility",
    "ErrorTriggered",
    "Exemplars",
    "Explanation",
    "Fixed",
    "Float32",
    "Float64",
    "Gaussian",
    "Given",
    "GradedLIF",
    "GradedLevel",
    "Izhikevich",
    "KWinners",
    "Latency",
    "Layer",
    "Level",
    "Linear",
    "LocalFeedback",
    "Mixture",
    "Neighbours",
    "Network",
    "PESEvent",
    "PESQuantised",
    "PESWeights",
    "PairSTDP",
    "Poisson",
    "Projection",
    "RandomDelays",
    "RandomFanOut",
    "RandomFeedback",
    "RewardSTDP",
    "Rivals",
    "SignedRandom",
    "SpikeCounts",
    "SpikeResponse",
    "Spikes",
    "SpikingClassifier",
    "StochasticSTDP",
    "SumOfProducts",
    "SymmetricFeedback",
    "ThreeFactor",
    "Tracking",
    "TripletSTDP",
    "Trunk",
    "Uniform",
    "WinnerTakeAll",
    "Zeros",
    "load",
    "save",
)
STREAMS = (
    "Dataset",
    "EventDecoder",
    "EventEncoder",
    "Feed",
    "LogError",
    "LogServer",
    "ReplaySource",
    "Sample",
    "Schema",
    "SegmentLog",
    "Source",
    "StreamError",
    "Subscription",
    "WireError",
)
HEAVY = ("torch", "matplotlib", "nir", "dask", "zmq", "river", "numba")
IMPORT_SECONDS = 0.6


def group(name: str) -> tuple[int, str]:
    """Place in the linter's order of names: capitals only, then classes, then functions."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


@pytest.mark.parametrize(("package", "expected"), [("streamsnn", STREAMSNN), ("streams", STREAMS)])
def test_names_are_exactly_the_documented_ones(package: str, expected: tuple[str, ...]) -> None:
    names = importlib.import_module(package).__all__
    assert list(names) == sorted(names, key=group)
    assert tuple(names) == expected


@pytest.mark.parametrize("package", ["streamsnn", "streams"])
def test_every_name_can_be_had(package: str) -> None:
    module = importlib.import_module(package)
    things = {name: getattr(module, name) for name in module.__all__}
    assert [name for name, thing in things.items() if thing is None] == []
    assert set(things) <= set(dir(module))


@pytest.mark.parametrize("package", ["streamsnn", "streams"])
def test_an_unknown_name_is_an_attribute_error(package: str) -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        importlib.import_module(package).no_such_name  # noqa: B018


def python(code: str) -> str:
    # -P: the current folder must not stand in for the installed package
    return subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True, timeout=60
    ).stdout


def test_importing_streamsnn_loads_nothing_heavy() -> None:
    code = f"import sys, streamsnn; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    assert python(code).split() == []


def test_importing_streamsnn_is_quick() -> None:
    def seconds(code: str) -> float:
        start = time.perf_counter()
        python(code)
        return time.perf_counter() - start

    # best of three, and less the interpreter's own start: other work on the machine only ever adds
    bare = min(seconds("pass") for _ in range(3))
    assert min(seconds("import streamsnn") for _ in range(3)) - bare <= IMPORT_SECONDS
