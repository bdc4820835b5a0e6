"""What is trained is what runs: levels, potentials and winners of torch, of a plain loop, and of the core."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from streamsnn import Core, SpikingClassifier
from streamsnn.trunks import Trunk, file

torch = pytest.importorskip("torch")

from streamsnn.pretrain.episodes import Drawn, Turns  # noqa: E402
from streamsnn.pretrain.export import Origin, export, restored  # noqa: E402
from streamsnn.pretrain.geometry import strided  # noqa: E402
from streamsnn.pretrain.glyphs import Alphabet  # noqa: E402
from streamsnn.pretrain.integers import Integers  # noqa: E402
from streamsnn.pretrain.training import Schedule, train  # noqa: E402
from streamsnn.pretrain.trunk_net import TrunkNet  # noqa: E402

FILTERS, NEURONS, K = (4, 6, 5), 96, 12


@pytest.fixture(scope="module")
def net() -> TrunkNet:
    torch.manual_seed(3)
    made = TrunkNet(strided(FILTERS), NEURONS)
    alphabet = Alphabet.drawn(np.random.default_rng(3), 50)
    schedule = Schedule(8, classes=6, support=2, query=2, k=K)
    train(made, Turns((Drawn(alphabet),)), schedule, 3, lambda step, loss, right: None)
    return made


@pytest.fixture(scope="module")
def small(net: TrunkNet, tmp_path_factory: pytest.TempPathFactory) -> Trunk:
    path = tmp_path_factory.mktemp("trunk") / "small.safetensors"
    export(path, Integers.of(net), Origin("glyphs", (), 8, 3, K, "none"))
    return Trunk(str(path), low=0.0, high=1.0)


@pytest.fixture(scope="module")
def glyphs() -> NDArray[np.float32]:
    rng = np.random.default_rng(5)
    return Alphabet.drawn(rng, 30).pictures(rng, np.arange(30))


def fired(core: Core, picture: NDArray[Any], name: str) -> list[int]:
    """Neurons of a layer that fire in one sample."""
    core.run(picture.reshape(1, -1).astype(np.float64), np.array([-1]), learn=False, record=True)
    raster = core.raster()
    neurons: list[int] = raster.neurons[raster.layers == raster.names.index(name)].tolist()
    return neurons


def convolved(x: list[list[list[int]]], stage: Any, weights: Any, gain: Any, bias: Any, levels: int) -> Any:
    """One stage by plain loops: `x[row][column][channel]` to levels of the same shape."""
    side = len(x)
    out = (side + 2 * stage.padding - stage.kernel) // stage.stride + 1
    channels = len(x[0][0])
    found = [[[0] * stage.filters for _ in range(out)] for _ in range(out)]
    for oy in range(out):
        for ox in range(out):
            for f in range(stage.filters):
                total = 0
                for dy in range(stage.kernel):
                    for dx in range(stage.kernel):
                        y, z = oy * stage.stride + dy - stage.padding, ox * stage.stride + dx - stage.padding
                        if 0 <= y < side and 0 <= z < side:
                            for c in range(channels):
                                total += x[y][z][c] * weights[(dy * stage.kernel + dx) * channels + c][f]
                scaled = total * gain[f] + bias[f]
                found[oy][ox][f] = min(max((2 * scaled + (1 << stage.shift)) >> (stage.shift + 1), 0), levels)
    return found


def winners(picture: NDArray[Any], trunk: Trunk, k: int) -> tuple[list[int], list[list[int]]]:
    """The k winners, and the neurons with a level above 0 in each stage."""
    arrays, header = file.read(trunk.name).arrays, trunk.about
    x: Any = [[[int(np.floor(16 * float(p) + 0.5))] for p in row] for row in picture]
    active = []
    for i, stage in enumerate(header.stages):
        w, gain, bias = (arrays[f"{what}{i}"].tolist() for what in ("w", "gain", "bias"))
        x = convolved(x, stage, w, gain, bias, header.levels)
        flat = [q for row in x for pixel in row for q in pixel]
        active.append([j for j, q in enumerate(flat) if q > 0])
    code, bias = arrays["code"].tolist(), arrays["code_bias"].tolist()
    v = [sum(q * code[i][j] for i, q in enumerate(flat)) + bias[j] for j in range(len(bias))]
    best = sorted(range(len(v)), key=lambda j: (-v[j], j))[:k]
    return sorted(j for j in best if v[j] > 0), active


def test_the_core_fires_what_plain_integers_say(small: Trunk, glyphs: NDArray[np.float32]) -> None:
    core = Core(SpikingClassifier(trunk=small, k=K).network(), n_features=784)
    for picture in glyphs[:6]:
        code, stages = winners(picture, small, K)
        assert fired(core, picture, "code") == code
        for i, active in enumerate(stages):
            assert fired(core, picture, f"conv{i}") == active
            assert active, "a stage without spikes would prove nothing"


def test_torch_says_the_same(small: Trunk, net: TrunkNet, glyphs: NDArray[np.float32]) -> None:
    codes = Integers.of(net).codes(glyphs, K)
    for picture, code in zip(glyphs[:6], codes, strict=False):
        assert winners(picture, small, K)[0] == sorted(code.tolist())


def test_training_has_been_rounding_to_these_integers(net: TrunkNet, glyphs: NDArray[np.float32]) -> None:
    with torch.no_grad():
        potentials = net(torch.from_numpy(glyphs)[:, None]).numpy()
    integers = Integers.of(net).potentials(glyphs)
    # The same up to a factor and float rounding, which moves a level by 1 in a few places at most.
    together = [np.corrcoef(a, b)[0, 1] for a, b in zip(potentials, integers, strict=True)]
    assert min(together) > 0.9995


def test_gains_use_their_bits_and_fit_them(net: TrunkNet) -> None:
    for stage in Integers.of(net).scaled:
        assert 2**13 < abs(stage.gain).max() < 2**15 or abs(stage.bias).max() > 2**29
        assert 0 <= stage.shift <= 31


def test_fifty_pictures_through_a_shipped_trunk() -> None:
    """The core's winners behind the shipped trunk, against torch's integers."""
    rng = np.random.default_rng(8)
    shown = np.rint(255 * Alphabet.drawn(rng, 50).pictures(rng, np.arange(50)))
    try:
        from streams import datasets

        shown[25:] = datasets.load("mnist").x[:25]
    except OSError:
        pass  # without MNIST, all fifty are glyphs
    trunk = Trunk("strokes")
    core = Core(SpikingClassifier(trunk=trunk, k=80).network(), n_features=784)
    codes = restored(trunk.name).codes(shown / 255.0, 80)
    for picture, code in zip(shown, codes, strict=True):
        assert fired(core, picture, "code") == sorted(code.tolist())
