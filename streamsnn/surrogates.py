"""Surrogate derivatives: what stands for the derivative of a spike with respect to the potential.

    box            psi(v) = 1 if |v - centre| < width, else 0
    triangle       psi(v) = max(0, 1 - |v - centre| / width)
    fast_sigmoid   psi(v) = 1 / (1 + |v - centre| / width)^2

All are 1 at the centre. The box makes most products exactly zero, and exact zeros are skipped.

Sources: Esser et al., PNAS 2016 (box); Bellec et al., NeurIPS 2018 (triangle); Zenke & Ganguli, Neural
Computation 2018 (fast sigmoid).
"""

from typing import Literal

from streamsnn.jit import kernel

Surrogate = Literal["box", "triangle", "fast_sigmoid"]
SURROGATES: tuple[Surrogate, ...] = ("box", "triangle", "fast_sigmoid")
BOX, TRIANGLE, FAST_SIGMOID = 0.0, 1.0, 2.0


def surrogate_constants(kind: Surrogate, width: float, centre: float) -> tuple[float, float, float]:
    """`(kind, 1 / width, centre)` as kernels take them.

    Raises
    ------
    ValueError
        For an unknown kind or a width that is not positive.

    >>> surrogate_constants("triangle", 0.5, 1.0)
    (1.0, 2.0, 1.0)
    """
    if kind not in SURROGATES:
        raise ValueError(f"surrogate={kind!r}: choose one of {', '.join(SURROGATES)}")
    if not width > 0:
        raise ValueError(f"width={width}: a surrogate needs a positive half width, in units of v")
    return (float(SURROGATES.index(kind)), 1.0 / width, centre)


@kernel
def surrogate(kind: float, steepness: float, distance: float) -> float:
    """psi at a distance v - centre; `steepness` is 1 / width."""
    z = abs(distance) * steepness
    if kind == BOX:
        return 1.0 if z < 1.0 else 0.0
    if kind == TRIANGLE:
        return max(0.0, 1.0 - z)
    return 1.0 / ((1.0 + z) * (1.0 + z))
