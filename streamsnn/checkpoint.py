"""One file that holds a model's whole state and its place in the stream."""

import dataclasses
import json
from dataclasses import dataclass, field
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as to_bytes

from streamsnn import __version__
from streamsnn.atomic import write_atomic
from streamsnn.models.classifier import SpikingClassifier
from streamsnn.models.features import ClassIndex, FeatureIndex

SCHEMA = 1


@dataclass(frozen=True)
class Checkpoint:
    """What a file holds.

    Attributes
    ----------
    model
        The estimator, exactly as it was.
    offset
        Offset of the last applied event of the stream; 0 before the first.
    notes
        Plain values that the caller saved along.
    arrays
        Arrays that the caller saved along.

    Examples
    --------
    >>> Checkpoint(SpikingClassifier(n_hidden=64, k=4), offset=12).offset
    12
    """

    model: SpikingClassifier
    offset: int = 0
    notes: dict[str, Any] = field(default_factory=dict)
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)


def save(path: str | Path, checkpoint: Checkpoint) -> None:
    """Write `checkpoint` to one safetensors file, atomically and durably.

    Raises
    ------
    OSError
        If the folder cannot be written; an older file stays as it was.
    TypeError
        If a feature name or label is none of str, int, float, bool.

    Examples
    --------
    >>> import tempfile
    >>> from streamsnn import SpikingClassifier
    >>> model = SpikingClassifier(n_hidden=64, k=4)
    >>> model.learn_one({"a": 1.0}, "yes")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(f"{folder}/model.safetensors", Checkpoint(model, offset=1))
    ...     load(f"{folder}/model.safetensors").offset
    1
    """
    model = checkpoint.model
    for name in (*model.features_.names, *model.classes_.labels):
        if not isinstance(name, (str, int, float)):
            raise TypeError(f"{name!r} cannot be saved: use str, int, float or bool for features and labels")
    tensors = {f"core/{name}": a for name, a in model.core.arrays().items()}
    tensors |= {f"run/{name}": np.asarray(a, order="C") for name, a in checkpoint.arrays.items()}
    header = {
        "schema": SCHEMA,
        "version": __version__,
        "parameters": {name: _describe(value) for name, value in model._get_params().items()},
        "features": model.features_.names,
        "classes": model.classes_.labels,
        "n_features": model.core.n_features,
        "n_classes": model.core.n_classes,
        "offset": checkpoint.offset,
        "notes": checkpoint.notes,
    }
    text = json.dumps(header)
    # One entry, for safetensors shuffles several: equal checkpoints are equal files.
    metadata = {"streamsnn": f"{_digest(text, tensors)} {text}"}
    write_atomic(Path(path), to_bytes(tensors, metadata=metadata))


def load(path: str | Path) -> Checkpoint:
    """Read a checkpoint; all of it is checked against the digest in the file.

    Raises
    ------
    FileNotFoundError, IsADirectoryError
        If there is no such file.
    ValueError
        If the file is damaged, is no checkpoint of streamsnn, was written by a newer version, or names a
        class that cannot be found.

    Examples
    --------
    >>> load("nothing.safetensors")
    Traceback (most recent call last):
    FileNotFoundError: there is no checkpoint nothing.safetensors: give the file or folder of an earlier run
    """
    tensors, header = _read(Path(path))
    parameters = {name: _rebuild(value) for name, value in header["parameters"].items()}
    model = SpikingClassifier(**parameters)
    model.features_ = FeatureIndex(tuple(header["features"]))
    model.classes_ = ClassIndex(tuple(header["classes"]))
    core = {name[5:]: a for name, a in tensors.items() if name.startswith("core/")}
    model.core.restore(core, n_features=header["n_features"], n_classes=header["n_classes"])
    arrays = {name[4:]: a for name, a in tensors.items() if name.startswith("run/")}
    return Checkpoint(model, header["offset"], header["notes"], arrays)


def _read(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    if not path.exists():
        raise FileNotFoundError(f"there is no checkpoint {path}: give the file or folder of an earlier run")
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder: give the checkpoint file in it")
    try:
        with safe_open(path, framework="numpy") as f:
            metadata = f.metadata() or {}
            tensors = {name: f.get_tensor(name) for name in f.keys()}  # noqa: SIM118 (not a dict)
        digest, _, text = metadata["streamsnn"].partition(" ")
        header = json.loads(text)
    except (SafetensorError, KeyError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(
            f"{path} is no checkpoint of streamsnn, or it is damaged: use an older one"
        ) from error
    if header.get("schema") != SCHEMA:  # asked first: a newer schema may be digested in another way
        raise ValueError(
            f"checkpoint {path} has schema {header.get('schema')!r}, this version reads {SCHEMA}: "
            f"it was written by streamsnn {header.get('version')}"
        )
    if digest != _digest(text, tensors):
        raise ValueError(f"checkpoint {path} is damaged (its digest does not match): use an older one")
    return tensors, header


def _digest(text: str, tensors: dict[str, NDArray[Any]]) -> str:
    """Digest of everything in the file: parameters and offset as much as weights."""
    h = sha256(text.encode())
    for name in sorted(tensors):
        h.update(f"\0{name} {tensors[name].dtype.str} {tensors[name].shape}\0".encode())
        h.update(tensors[name].tobytes())
    return h.hexdigest()


def _describe(value: Any) -> Any:
    """A parameter as plain values; a frozen description becomes its class and fields."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: _describe(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"class": f"{type(value).__module__}:{type(value).__qualname__}", "fields": fields}
    if isinstance(value, np.generic):
        return value.item()
    return list(value) if isinstance(value, tuple) else value


def _rebuild(value: Any) -> Any:
    if isinstance(value, dict):
        module, _, name = value["class"].partition(":")
        try:
            cls = getattr(import_module(module), name, None)
        except ImportError as error:
            raise ValueError(
                f"the checkpoint needs {value['class']}, which cannot be imported ({error}): "
                "put its module on the Python path"
            ) from error
        # Only descriptions are built: a file must not be able to name any callable it likes.
        if not (isinstance(cls, type) and dataclasses.is_dataclass(cls)):
            raise ValueError(f"the checkpoint names {value['class']}, which is no parameter class")
        return cls(**{name: _rebuild(v) for name, v in value["fields"].items()})
    return tuple(value) if isinstance(value, list) else value
