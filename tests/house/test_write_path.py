"""Weights change in `streamsnn.memory` only, where every change is counted.

A weight array is recognised by its name, or by being a view of one; an array that a function has just
allocated is its own business (a description's initial weights are built that way).
"""

import ast
from collections.abc import Iterator, Mapping

SEARCHED = {"neurons", "rules", "encoders", "readouts", "models"}
SEARCHED |= {"core", "assembly", "arena", "network", "recording", "delivery", "synapses", "refusals"}
WEIGHTS = {"w", "row", "weights", "weight", "w_row", "synapses"}
FRESH = {"zeros", "ones", "empty", "full", "zeros_like", "ones_like", "empty_like", "full_like", "copy"}
FRESH |= {"array", "arange", "normal", "uniform", "integers", "random", "where", "concatenate", "astype"}
IN_PLACE = {"fill", "sort", "partition", "put", "itemset", "resize"}  # methods that change their array
INTO_FIRST = {"copyto", "put", "place", "putmask", "put_along_axis"}  # functions that change argument 0


def base(node: ast.expr) -> str:
    """Name of the array under subscripts: `core.w[i, j]` gives `w`."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def called(node: ast.expr) -> str:
    return base(node.func) if isinstance(node, ast.Call) else ""


def names_of_weights(function: ast.AST) -> set[str]:
    """Names that hold stored weights in this function: the usual ones, and views taken of them."""
    bound = [n for n in ast.walk(function) if isinstance(n, ast.Assign | ast.AnnAssign) and n.value]
    pairs = [
        (base(target), n.value)
        for n in bound
        for target in (n.targets if isinstance(n, ast.Assign) else [n.target])
        if isinstance(target, ast.Name) and n.value is not None
    ]
    fresh = {name for name, value in pairs if called(value) in FRESH}
    weights = WEIGHTS - fresh
    for _ in pairs:  # a view of a view of a view ... is found after as many rounds
        weights |= {name for name, value in pairs if base(value) in weights}
    return weights


def stores(function: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and array name of everything that changes an array's content."""
    for node in ast.walk(function):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            yield node.lineno, base(node)
        elif isinstance(node, ast.AugAssign):
            yield node.lineno, base(node.target)
        elif isinstance(node, ast.Call):
            yield from ((node.lineno, base(k.value)) for k in node.keywords if k.arg == "out")
            if isinstance(node.func, ast.Attribute) and node.func.attr in IN_PLACE:
                yield node.lineno, base(node.func.value)
            if called(node) in INTO_FIRST and node.args:
                yield node.lineno, base(node.args[0])


def outermost_functions(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
        else:
            yield from outermost_functions(node)


def weight_stores(tree: ast.AST) -> list[int]:
    return sorted(
        {
            line
            for function in outermost_functions(tree)
            for line, name in stores(function)
            if name in names_of_weights(function)
        }
    )


def searched(path: str) -> bool:
    parts = path.removesuffix(".py").split("/")
    return parts[0] == "streamsnn" and len(parts) > 1 and parts[1] in SEARCHED


def test_only_memory_changes_a_weight(sources: Mapping[str, ast.Module]) -> None:
    files = {path: tree for path, tree in sources.items() if searched(path)}
    assert len(files) > 5, "the search found no files: have the folders moved?"
    assert {path: lines for path, tree in files.items() if (lines := weight_stores(tree))} == {}


def test_memory_does_change_weights(sources: Mapping[str, ast.Module]) -> None:
    memory = [tree for path, tree in sources.items() if path.startswith("streamsnn/memory/")]
    assert any(weight_stores(tree) for tree in memory), "the write path uses a name this search misses"


def test_the_search_finds_hidden_stores() -> None:
    hidden = """
def kernel(w, x, mem):
    w[0, 1] = 2
    w[0, 1] += 2
    view = w[3]
    again = view[1:]
    again[0] = 1
    mem.weights[0][1] = 2
    np.add(x, 1, out=w[2])
    mem.w.fill(0)
    np.copyto(w, x)
    x[0] = w[0, 0]
"""
    assert weight_stores(ast.parse(hidden)) == [3, 4, 7, 8, 9, 10, 11]


def test_fresh_arrays_are_not_stored_weights() -> None:
    fresh = """
def initial(n):
    w = np.zeros((n, n))
    w[0, 0] = 1
    return w
"""
    assert weight_stores(ast.parse(fresh)) == []
