"""How numbers are written for people, the same in tables, pages and on the terminal."""

import math

ROUNDING = 1e-12  # a share below this is what sums of shares leave over


def percent(share: float, digits: int = 1) -> str:
    """Write a share as a percentage; a small share keeps two significant digits.

    Examples
    --------
    >>> percent(0.9783), percent(0.00042), percent(1.0), percent(1.0 - 0.9 - 0.1), percent(math.nan)
    ('97.8 %', '0.042 %', '100.0 %', '0.0 %', '–')
    """
    if not math.isfinite(share):
        return "–"
    value = 0.0 if abs(share) < ROUNDING else 100.0 * share
    if 0.0 < abs(value) < 1.0:
        digits = max(digits, 1 - math.floor(math.log10(abs(value))))
    return f"{value:.{digits}f} %"


def quantity(value: float) -> str:
    """Write a count or rate: thousands grouped, three significant digits below 100.

    Examples
    --------
    >>> quantity(12345.6), quantity(18.34), quantity(0.01234), quantity(0), quantity(math.nan)
    ('12,346', '18.3', '0.0123', '0', '–')
    """
    if not math.isfinite(value):
        return "–"
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"


def tick_text(value: float) -> str:
    """Write a round tick value with no more digits than it has.

    Examples
    --------
    >>> tick_text(10.0), tick_text(0.25), tick_text(12000.0)
    ('10', '0.25', '12,000')
    """
    return f"{value:,.12g}"


def energy(nanojoules: float) -> str:
    """Write an energy given in nJ with the unit that keeps it readable.

    Examples
    --------
    >>> energy(0.25), energy(83.0), energy(1500.0)
    ('250 pJ', '83.0 nJ', '1.50 µJ')
    """
    for unit, scale in (("mJ", 1e6), ("µJ", 1e3), ("nJ", 1.0)):
        if abs(nanojoules) >= scale:
            return f"{quantity(nanojoules / scale)} {unit}"
    return f"{quantity(nanojoules * 1e3)} pJ"


def memory(n_bytes: int) -> str:
    """Write a size with the unit that keeps it readable.

    Examples
    --------
    >>> memory(512), memory(9216), memory(3 << 20)
    ('512 B', '9.00 KiB', '3.00 MiB')
    """
    for unit, scale in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if n_bytes >= scale:
            return f"{quantity(n_bytes / scale)} {unit}"
    return f"{n_bytes} B"


def duration(microseconds: float) -> str:
    """Write a time given in us with the unit that keeps it readable.

    Examples
    --------
    >>> duration(0.5), duration(83.0), duration(1500.0)
    ('500 ns', '83.0 µs', '1.50 ms')
    """
    if not math.isfinite(microseconds):
        return "–"
    if abs(microseconds) >= 1e6:
        return f"{quantity(microseconds / 1e6)} s"
    if abs(microseconds) >= 1e3:
        return f"{quantity(microseconds / 1e3)} ms"
    if abs(microseconds) >= 1.0 or microseconds == 0:
        return f"{quantity(microseconds)} µs"
    return f"{quantity(microseconds * 1e3)} ns"
