"""Small parts that inline SVG pictures are made of; colours come from the page's style sheet by class."""

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape

Attributes = Mapping[str, str | float]

LETTER = 7.6  # pixels of a letter of the page's faces, a little more than most: no text can be measured here


def element(name: str, attributes: Attributes, *children: str) -> str:
    """Return one SVG element; attribute values are escaped, numbers rounded to a tenth of a pixel.

    Examples
    --------
    >>> element("rect", {"x": 1.25, "class": "a<b"})
    '<rect x="1.2" class="a&lt;b"/>'
    """
    written = "".join(f' {key}="{_value(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>{''.join(children)}</{name}>" if children else f"<{name}{written}/>"


def label(x: float, y: float, text: str, style: str = "tick", anchor: str = "middle") -> str:
    """Return escaped text at a point; ``style`` is its class, ``anchor`` is start, middle or end.

    Examples
    --------
    >>> label(1, 2, "R&D", anchor="end")
    '<text x="1" y="2" class="tick" text-anchor="end">R&amp;D</text>'
    """
    return element("text", {"x": x, "y": y, "class": style, "text-anchor": anchor}, escape(text))


def legend(
    names: Sequence[str], x: float, y: float, width: float, swatch: Callable[[int, float], str]
) -> list[str]:
    """Return names in a row that ends at x, each behind its swatch: `swatch(index, left)`, so wide.

    Examples
    --------
    >>> legend(["a", "b"], 100, 9, 12, lambda index, left: f"<{index} at {left:.1f}>")[1::2]
    ['<1 at 74.4>', '<0 at 32.8>']
    """
    parts = []
    for index, name in reversed(list(enumerate(names))):
        parts.append(label(x, y, name, "legend", "end"))
        left = x - LETTER * len(name) - 6 - width
        parts.append(swatch(index, left))
        x = left - 16
    return parts


def line(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
    """Return a straight line of class ``style``.

    Examples
    --------
    >>> line(0, 0, 5, 5, "grid")
    '<line x1="0" y1="0" x2="5" y2="5" class="grid"/>'
    """
    return element("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "class": style})


def picture(title: str, description: str, width: float, height: float, *parts: str) -> str:
    """Return a whole picture that scales with its column and says what it shows to those who cannot see it.

    Examples
    --------
    >>> picture("Empty", "Nothing.", 10, 5)
    '<svg viewBox="0 0 10 5" role="img" aria-label="Empty"><title>Empty</title><desc>Nothing.</desc></svg>'
    """
    return element(
        "svg",
        {"viewBox": f"0 0 {number(width)} {number(height)}", "role": "img", "aria-label": title},
        element("title", {}, escape(title)),
        element("desc", {}, escape(description)),
        *parts,
    )


def nice_ticks(low: float, high: float, about: int = 6) -> list[float]:
    """Return round tick values inside [low, high], steps of 1, 2 or 5 times a power of ten.

    Examples
    --------
    >>> nice_ticks(0, 1437)
    [0.0, 200.0, 400.0, 600.0, 800.0, 1000.0, 1200.0, 1400.0]
    """
    if not high > low:
        return [low]
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * min((1, 2, 5, 10), key=lambda factor: abs(math.log(rough / (factor * power))))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(index * step, 12) for index in range(first, last + 1)]


def number(value: float) -> str:
    """Write a coordinate to a tenth of a pixel.

    Examples
    --------
    >>> number(2.0), number(2.26)
    ('2', '2.3')
    """
    text = f"{value:.1f}"
    return text.removesuffix(".0")


def _value(value: str | float) -> str:
    return escape(value) if isinstance(value, str) else number(value)
