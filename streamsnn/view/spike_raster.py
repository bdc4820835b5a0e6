"""Spike raster of one sample: a dot for each spike, a band for each layer."""

import math

import numpy as np

from streamsnn.view.pictures import Raster
from streamsnn.view.quantities import duration, tick_text
from streamsnn.view.svg import element, label, line, nice_ticks, number, picture

WIDTH = 720.0
LEFT, RIGHT, TOP = 150.0, 706.0, 10.0
BAND_GAP = 12.0


def spike_raster(raster: Raster, title: str, description: str) -> str:
    """Draw a raster; bands grow with the root of the layer size, units count upwards inside a band.

    Examples
    --------
    >>> spikes = Raster(np.array([1]), np.array([0]), np.array([0]), ("input",), (4,), 2, 1e-3)
    >>> "1 spike" in spike_raster(spikes, "Spikes", "One spike.")
    True
    """
    parts, top = [], TOP
    for layer in range(len(raster.layer_names)):
        height = min(max(14.0 * math.sqrt(raster.layer_sizes[layer]) ** 0.75, 46.0), 190.0)
        parts.append(_band(raster, layer, top, height))
        top += height + BAND_GAP
    parts += _tick_axis(raster, top - BAND_GAP)
    return picture(title, description, WIDTH, top + 34, *parts)


def _band(raster: Raster, layer: int, top: float, height: float) -> str:
    here = raster.layers == layer
    size = raster.layer_sizes[layer]
    x = LEFT + (RIGHT - LEFT) * (raster.ticks[here] + 0.5) / raster.n_ticks
    y = top + height - (height - 8) * (raster.units[here] + 0.5) / size - 4
    dots = "".join(f"M{number(a)} {number(b)}h0" for a, b in zip(x.tolist(), y.tolist(), strict=True))
    spikes = int(np.count_nonzero(here))
    units_text = f"{size:,} unit" + "s" * (size != 1)
    spikes_text = f"{spikes:,} spike" + "s" * (spikes != 1)
    weight = min(max(height / size, 3.2), 6.0)
    return element(
        "g",
        {},
        element("rect", {"x": LEFT, "y": top, "width": RIGHT - LEFT, "height": height, "class": "band"}),
        label(LEFT - 12, top + height / 2 - 10, raster.layer_names[layer], "axis", "end"),
        label(LEFT - 12, top + height / 2 + 6, units_text, anchor="end"),
        label(LEFT - 12, top + height / 2 + 21, spikes_text, anchor="end"),
        element("path", {"d": dots, "class": f"spikes spikes-{layer % 3}", "stroke-width": weight}),
    )


def _tick_axis(raster: Raster, bottom: float) -> list[str]:
    each = duration(raster.tick_seconds * 1e6)
    parts = [label((LEFT + RIGHT) / 2, bottom + 40, f"tick ({each} each)", "axis")]
    for tick in nice_ticks(0, raster.n_ticks - 1, about=8):
        if tick == int(tick):
            x = LEFT + (RIGHT - LEFT) * (tick + 0.5) / raster.n_ticks
            parts += [line(x, bottom, x, bottom + 5, "base"), label(x, bottom + 20, tick_text(tick))]
    return parts
