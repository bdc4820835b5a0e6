"""Values on an 8-bit scale that is linear near the origin and logarithmic beyond.

        d = (x - origin) / step
        |level| = ceil|d|                                                 |d| <= linear
                = min( ceil( linear + octave log2(|d| / linear) ), 127 )  beyond

Level 0 does not occur: as a stored word it says that there is no synapse. `order_of` closes that gap, so that
neighbouring levels differ by 1.
"""

import numpy as np

from streamsnn.jit import kernel

LARGEST = 127


@kernel
def level_of(d: float, linear: float, octave: float) -> int:
    """Level of a distance from the origin in steps; 0 steps is level 1."""
    far = abs(d)
    if far > linear:
        far = max(linear + octave * np.log2(far / linear), linear + 1.0)
    level = int(min(np.floor(far) + 1.0 if d >= 0.0 and far <= linear else np.ceil(far), float(LARGEST)))
    return level if d >= 0.0 else -level


@kernel
def steps_of(level: int, linear: float, octave: float) -> float:
    """Distance from the origin in steps in the middle of what has this level."""
    far = abs(level) - 0.5
    if far > linear:
        far = linear * 2.0 ** ((far - linear) / octave)
    return far if level > 0 else -far


@kernel
def order_of(level: int) -> int:
    """Levels -127 ... -1, 1 ... 127 as -127 ... 126."""
    return level - int(level > 0)
