"""Small pictures inside a page, as PNG in the page's own text."""

import struct
import zlib
from base64 import b64encode

import numpy as np
from numpy.typing import NDArray

MORE, LESS = (64, 140, 220), (221, 122, 45)  # blue and orange that can be seen on white and on black


def signed_picture(values: NDArray[np.float64]) -> str:
    """Draw values from -1 to 1, `[height, width]`, as a picture's address: blue above 0, orange below.

    Values near 0 are clear, so that the page shows through, light or dark.

    Examples
    --------
    >>> signed_picture(np.array([[1.0, -0.5]]))[:30]
    'data:image/png;base64,iVBORw0K'
    """
    pixels = np.zeros((*values.shape, 4), np.uint8)
    pixels[..., :3] = np.where(values[..., None] >= 0, MORE, LESS)
    pixels[..., 3] = np.rint(255 * np.clip(np.abs(values), 0.0, 1.0))
    return "data:image/png;base64," + b64encode(_png(pixels)).decode()


def _png(pixels: NDArray[np.uint8]) -> bytes:
    height, width, _ = pixels.shape
    lines = b"".join(b"\0" + line.tobytes() for line in pixels)  # each starts with "not filtered"
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)  # 8 bits of red, green, blue and alpha
    chunks = _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(lines, 9)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
