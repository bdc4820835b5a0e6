"""The only place where Numba flags are set.

Kernels are compiled *uncached*: a cached kernel would keep an old copy of a helper that lives in another
file. Only the entry point that `assembly` generates for a network is cached, in a folder named after a
digest of every kernel source it can reach, so that an edited kernel can never be served stale.
"""

import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from types import FunctionType
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])

# `error_model="numpy"`: a division by zero gives inf instead of an exception branch in every loop.
# Never `fastmath`, never `parallel=True`: equal seeds must give equal bits.
_FLAGS: dict[str, Any] = {"error_model": "numpy", "nogil": True, "boundscheck": False}


def kernel(function: F) -> F:
    """Compile `function` as a part of the entry points and kernels that call it.

    Plain Python when JIT is disabled. To hand over an array takes seven words, so that a call with the
    arrays of a rule costs 50 to 100 ns: it is always inlined.

    >>> import numpy as np
    >>> @kernel
    ... def total(v):
    ...     s = 0.0
    ...     for i in range(v.size):
    ...         s += v[i]
    ...     return s
    >>> total(np.ones(3))
    3.0
    """
    return cast(F, numba.njit(forceinline=True, **_FLAGS)(function))


def seldom(function: F) -> F:
    """A kernel that stays a function: long code that is seldom run, but named in many places.

    >>> @seldom
    ... def twice(x):
    ...     return 2 * x
    >>> twice(21)
    42
    """
    return cast(F, numba.njit(**_FLAGS)(function))


def entry(function: F) -> F:
    """Compile an entry point with Numba's on-disk cache."""
    return cast(F, numba.njit(cache=True, **_FLAGS)(function))


def only_for(function: F, *types: Any) -> F:
    """Compile `function` for these Numba types; others are a `TypeError`, not a second version.

    >>> @kernel
    ... def half(x):
    ...     return x / 2
    >>> only_for(half, numba.int64)(3)
    1.5
    """
    compiled: Any = function
    if hasattr(compiled, "compile"):  # not with JIT disabled
        compiled.compile(types)
        compiled.disable_compile()
    return function


def _python_function(function: Callable[..., Any]) -> FunctionType:
    return cast(FunctionType, getattr(function, "py_func", function))


def reached(functions: list[Callable[..., Any]]) -> list[FunctionType]:
    """The kernels `functions` and all that they call, by name, in order of discovery."""
    found: dict[FunctionType, None] = {}
    todo = [_python_function(f) for f in functions]
    while todo:
        f = todo.pop()
        if f in found:
            continue
        found[f] = None
        named: list[Any] = [f.__globals__.get(name) for name in f.__code__.co_names]
        todo += [_python_function(g) for g in named if isinstance(g, FunctionType) or hasattr(g, "py_func")]
    return list(found)


def digest(source: str, functions: list[Callable[..., Any]]) -> str:
    """Digest of all that machine code is made from.

    That is the generated source, every file a reached kernel is in, the value of every constant a kernel
    names (it may come from a file without kernels, and is compiled in), and the versions that compile.
    """
    kernels = reached(functions)
    files = {Path(f.__code__.co_filename) for f in kernels}
    constants = {
        f"{f.__module__}.{f.__qualname__} {name}={f.__globals__[name]!r}"
        for f in kernels
        for name in f.__code__.co_names
        if isinstance(f.__globals__.get(name), (bool, int, float, tuple))
    }
    h = blake2b(digest_size=12)
    h.update(f"{numba.__version__} {sys.version}\0{source}\0{sorted(constants)}\0".encode())
    for file in sorted(files):
        if file.is_file():
            h.update(file.read_bytes())
    return h.hexdigest()


def cache_folder() -> Path:
    """Folder of the generated entry points: `NUMBA_CACHE_DIR`, else the user's cache folder."""
    if numba_folder := os.environ.get("NUMBA_CACHE_DIR"):
        return Path(numba_folder) / "streamsnn"
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "streamsnn"


def load_entry(source: str, functions: list[Callable[..., Any]]) -> Callable[..., Any]:
    """Return the function `run` that the generated `source` defines, compiled when first called.

    The source is written to the cache folder, where Numba keeps the machine code beside it. Where that
    folder cannot be written, the entry point still works: it is compiled in memory once a process.
    """
    key = digest(source, functions)
    path = cache_folder() / key / "run.py"
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            fd, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
            with os.fdopen(fd, "w", encoding="utf-8") as f:
                f.write(source)
            os.replace(temporary, path)  # atomic: two processes may start at once
        spec = importlib.util.spec_from_file_location(f"streamsnn_entry_{key}", path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module  # cached code looks its module up by name
        spec.loader.exec_module(module)
        return cast(Callable[..., Any], module.run)
    except OSError:
        names: dict[str, Any] = {"__name__": f"streamsnn_entry_{key}"}
        exec(compile(source.replace("@entry", "@kernel"), "<streamsnn entry>", "exec"), names)
        return cast(Callable[..., Any], names["run"])
