"""Imports point down: the layers of the design, read from the sources.

A new module directly under `streamsnn/` gets its layer here; a new file inside a folder needs nothing.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

LAYERS = {
    0: ("types", "jit", "atomic", "borrowed"),
    1: ("memory", "surrogates", "expression", "fired"),
    2: ("neurons", "rules", "encoders", "readouts", "feedback"),
    3: (
        "network",
        "core",
        "arena",
        "assembly",
        "plan",
        "views",
        "state",
        "targets",
        "recording",
        "delivery",
        "synapses",
        "refusals",
    ),
    4: ("models", "control", "continual", "trunks", "pretrain", "hardware", "nir", "checkpoint", "plot"),
    5: ("adapters", "bench", "cli", "run", "serve", "view", "__main__"),
}
LAYER = {name: layer for layer, names in LAYERS.items() for name in names}
LEAVES = LAYERS[2]
JOINS_STREAMS = 5

# Heavy or optional packages, and the only places that may import them.
ONLY_IN = {
    "torch": ("streamsnn.pretrain", "streamsnn.adapters"),
    "avalanche": ("streamsnn.adapters.avalanche",),
    "capymoa": ("streamsnn.adapters.capymoa",),
    "neurobench": ("streamsnn.adapters.neurobench",),
    "matplotlib": ("streamsnn.plot",),
    "nir": ("streamsnn.nir",),
    "zmq": ("streams",),
    "typer": ("streamsnn.cli",),
    "dask": ("streamsnn.bench.cluster",),
    "distributed": ("streamsnn.bench.cluster",),
}
STREAMS_MAY_USE = {"numpy", "numba", "zmq", "msgspec"}
FLOOR_MAY_USE = {"numpy", "numba"}  # L0


@dataclass(frozen=True)
class Import:
    """One module that a module names in an import statement."""

    source: str
    target: str
    line: int
    at_start: bool  # runs when the source module is imported

    def __str__(self) -> str:
        return f"{self.source}:{self.line} imports {self.target}"


def inside(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def modules_of(sources: Mapping[str, ast.Module]) -> dict[str, ast.Module]:
    paths = {p: tree for p, tree in sources.items() if p.startswith(("streamsnn/", "streams/"))}
    return {
        p.removesuffix(".py").removesuffix("/__init__").replace("/", "."): tree for p, tree in paths.items()
    }


def statements(tree: ast.Module) -> Iterator[tuple[ast.stmt, bool]]:
    """All import statements, and whether they run when the module is imported."""
    queue: list[tuple[ast.AST, bool]] = [(tree, True)]
    while queue:
        node, at_start = queue.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node, at_start
        deferred = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or (
            isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        )
        queue.extend((child, at_start and not deferred) for child in ast.iter_child_nodes(node))


def targets(node: ast.stmt, module: str, packages: set[str], known: set[str]) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    assert isinstance(node, ast.ImportFrom)
    base = node.module or ""
    if node.level:
        parts = module.split(".") if module in packages else module.split(".")[:-1]
        stem = parts[: len(parts) - node.level + 1]
        base = ".".join([*stem, node.module] if node.module else stem)
    names = [alias.name for alias in node.names if alias.name != "__version__"]
    return sorted({f"{base}.{name}" if f"{base}.{name}" in known else base for name in names})


def imports(sources: Mapping[str, ast.Module]) -> list[Import]:
    modules = modules_of(sources)
    packages = {
        p.removesuffix("/__init__.py").replace("/", ".") for p in sources if p.endswith("/__init__.py")
    }
    return [
        Import(module, target, node.lineno, at_start)
        for module, tree in modules.items()
        for node, at_start in statements(tree)
        for target in targets(node, module, packages, set(modules))
    ]


def layer(module: str) -> int:
    """Layer of a streamsnn module; the package itself, which re-exports names, is above all."""
    parts = module.split(".")
    return LAYER[parts[1]] if len(parts) > 1 else 6


def upward(found: list[Import]) -> list[str]:
    """Imports that point up, or from leaf to leaf; a folder's underscore modules are no leaves."""
    ours = [i for i in found if inside(i.source, "streamsnn") and inside(i.target, "streamsnn")]
    up = [str(i) for i in ours if layer(i.target) > layer(i.source)]
    across = [i for i in ours if layer(i.source) == layer(i.target) == 2]
    return up + [str(i) for i in across if not shared(i)]


def shared(i: Import) -> bool:
    """Whether a folder imports what is inside it, or a leaf what its own folder shares (`_kernels`)."""
    folder = ".".join(i.target.split(".")[:2])
    inner = i.target.removeprefix(f"{folder}.").split(".")[0]
    return inside(i.source, folder) and (i.source == folder or inner.startswith("_"))


def cycle(edges: Mapping[str, set[str]]) -> list[str]:
    """One cycle of the graph, or nothing."""
    done: set[str] = set()

    def visit(node: str, path: list[str]) -> list[str]:
        if node in path:
            return [*path[path.index(node) :], node]
        if node in done:
            return []
        for target in sorted(edges.get(node, set())):
            if found := visit(target, [*path, node]):
                return found
        done.add(node)
        return []

    return next((found for node in sorted(edges) if (found := visit(node, []))), [])


def start_edges(found: list[Import], known: set[str]) -> dict[str, set[str]]:
    """Which modules run when a module is imported; a package runs before what is inside it."""
    edges: dict[str, set[str]] = {module: set() for module in known}
    for i in found:
        if i.at_start and i.target in known:
            parts = i.target.split(".")
            chain = {".".join(parts[:n]) for n in range(1, len(parts) + 1)} & known
            edges[i.source] |= {m for m in chain if not inside(i.source, m)}
    return edges


def test_every_module_has_a_layer(sources: Mapping[str, ast.Module]) -> None:
    names = {m.split(".")[1] for m in modules_of(sources) if m.startswith("streamsnn.")}
    assert sorted(names - set(LAYER)) == [], "give these modules a layer in LAYERS"
    assert len(names) > 5


def test_imports_point_down(sources: Mapping[str, ast.Module]) -> None:
    assert upward(imports(sources)) == []


def test_streams_and_the_network_side_do_not_know_each_other(sources: Mapping[str, ast.Module]) -> None:
    found = imports(sources)
    assert [str(i) for i in found if inside(i.source, "streams") and inside(i.target, "streamsnn")] == []
    down = [i for i in found if inside(i.source, "streamsnn") and inside(i.target, "streams")]
    assert [str(i) for i in down if layer(i.source) < JOINS_STREAMS] == []


def test_heavy_packages_stay_in_their_place(sources: Mapping[str, ast.Module]) -> None:
    found = imports(sources)
    wrong = [
        str(i)
        for i in found
        for package, places in ONLY_IN.items()
        if inside(i.target, package) and not any(inside(i.source, place) for place in places)
    ]
    assert wrong == []


def third_party(i: Import) -> str:
    top = i.target.split(".")[0]
    return "" if top in sys.stdlib_module_names or top in ("streams", "streamsnn") else top


def test_the_floor_and_streams_use_few_packages(sources: Mapping[str, ast.Module]) -> None:
    found = imports(sources)
    floor = {third_party(i) for i in found if inside(i.source, "streamsnn") and layer(i.source) == 0}
    assert floor - {""} <= FLOOR_MAY_USE
    assert {third_party(i) for i in found if inside(i.source, "streams")} - {""} <= STREAMS_MAY_USE


def test_no_import_cycles(sources: Mapping[str, ast.Module]) -> None:
    assert cycle(start_edges(imports(sources), set(modules_of(sources)))) == []


def test_these_checks_find_what_they_look_for() -> None:
    wrong = {
        "streamsnn/memory/__init__.py": ast.parse("from streamsnn.memory.words import size"),
        "streamsnn/memory/words.py": ast.parse("def f():\n    from streamsnn.core import Core"),
        "streamsnn/core.py": ast.parse("import streamsnn.memory"),
        "streamsnn/rules/__init__.py": ast.parse("from .pes import PES"),
        "streamsnn/rules/pes.py": ast.parse("from .oja import Oja\nimport torch.nn"),
        "streamsnn/rules/oja.py": ast.parse("from streamsnn.neurons.lif import LIF\nfrom . import pes"),
        "streamsnn/neurons/lif.py": ast.parse("from streamsnn.types import Floats"),
        "streamsnn/types.py": ast.parse(""),
    }
    found = imports(wrong)
    assert upward(found) == [
        "streamsnn.memory.words:2 imports streamsnn.core",
        "streamsnn.rules.pes:1 imports streamsnn.rules.oja",
        "streamsnn.rules.oja:2 imports streamsnn.rules.pes",
        "streamsnn.rules.oja:1 imports streamsnn.neurons.lif",
    ]
    edges = start_edges(found, set(modules_of(wrong)))
    assert edges["streamsnn.memory.words"] == set(), "an import inside a function does not run at start"
    assert cycle(edges) == ["streamsnn.rules.pes", "streamsnn.rules.oja", "streamsnn.rules.pes"]
