"""The bAbI question-answering tasks as text."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["babi_arrays"]

Array = NDArray[Any]
FILE = re.compile(r"qa(\d+)_.*_(train|test)\.txt$")


def babi_arrays(content: bytes) -> dict[str, Array]:
    """Return stories with their question, answers and tasks from the zip archive.

    `x` and `x_test` hold text (the story so far, then the question, one sentence a line), `y` and `y_test`
    the number of the answer in `answers`, `task` and `task_test` the task, 1 to 20.
    """
    parts: dict[str, list[tuple[int, str, str]]] = {"train": [], "test": []}
    with zipfile.ZipFile(io.BytesIO(content)) as files:
        found = sorted((int(m[1]), m[2], name) for name in files.namelist() if (m := FILE.search(name)))
        for task, part, name in found:
            parts[part] += [(task, x, y) for x, y in _questions(files.read(name).decode())]
    answers = sorted({y for rows in parts.values() for _, _, y in rows})
    number = {answer: i for i, answer in enumerate(answers)}
    arrays: dict[str, Array] = {"answers": np.array(answers)}
    for part, end in (("train", ""), ("test", "_test")):
        rows = parts[part]
        arrays["x" + end] = np.array([x for _, x, _ in rows], dtype=object)
        arrays["y" + end] = np.array([number[y] for _, _, y in rows], np.int64)
        arrays["task" + end] = np.array([task for task, _, _ in rows], np.uint8)
    return arrays


def _questions(text: str) -> list[tuple[str, str]]:
    rows = []
    story: list[str] = []
    for line in text.splitlines():
        number, _, sentence = line.partition(" ")
        if number == "1":
            story = []
        question, tab, rest = sentence.partition("\t")
        if tab:
            rows.append(("\n".join([*story, question.strip()]), rest.split("\t")[0]))
        else:
            story.append(sentence)
    return rows
