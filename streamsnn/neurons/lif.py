"""Current-based leaky integrate-and-fire neuron, in the chip's integers and in floats."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from streamsnn.memory.fixed_point import decay_constant
from streamsnn.neurons._lif import V_LIMIT, tick_fixed, tick_float, tick_float_noise, tick_options
from streamsnn.types import Field, Kernel

THETA_LIMIT = (1 << 17) - 1  # 17-bit threshold mantissa
Parity = Literal["chip", "lava", "nengo", "brian2"]
_CLIP = float(V_LIMIT)
_BOUNDS = ((-_CLIP, _CLIP), (-_CLIP, _CLIP), (0.0, _CLIP), (-(2.0**62), 2.0**62))  # of v, by place


@dataclass(frozen=True)
class LIF:
    """Current-based leaky integrate-and-fire neuron (CUBA-LIF).

    Integer form (`arithmetic="fixed"`), with dec(x, d) = sign(x) floor(|x| (4096 - d) / 4096):

        u[t] = wrap24( dec(u[t-1], d_u + 1) + a[t] )                   a: summed weights * 2^6
        v[t] = clip( dec(v[t-1], d_v) + u[t] + bias + n, +-(2^23 - 1) )
        spike if v[t] > v_threshold * 2^6 ;  then v := 0 (or v - threshold), silent for `refractory` ticks

    Float twin (`arithmetic="float"`), weights in their own unit and no rounding:

        u[t] = u[t-1] exp(-dt/tau_syn) + a[t]
        v[t] = v[t-1] exp(-dt/tau_mem) + u[t] + bias + n ;             spike if v[t] > v_threshold

    The `+ 1` on the current decay is a fixed offset of the chip. Rounding is toward zero, so any decay
    ends at exactly zero. In silent ticks v keeps its value after the reset; u goes on. With
    `tau_mem=inf` this is the integrate-and-fire neuron (IF).

    Parameters
    ----------
    tau_syn, tau_mem
        Decay times of current and membrane, seconds; `inf` for none. Membrane default 20 ms as in Bellec
        et al. 2020.
    v_threshold
        Threshold in units of a weight of 1 (integer form: 17 bits).
    bias
        Constant input per tick, in units of a weight of 1.
    refractory
        Silent ticks after a spike, 0 to 63, or `inf`: each neuron fires once until its state is cleared.
    arithmetic
        `"fixed"` or `"float"`.
    reset
        `"zero"`, or `"subtract"`: the excess over the threshold is kept.
    noise
        Amplitude A of the membrane noise n, in units of a weight of 1; independent for every neuron and
        tick, and uniform: over the integers -64 A..64 A (fixed) or over the interval [-A, A) (float).
    parity
        Corner cases of the integer form. `"chip"`: as above. `"lava"`: the current folds once, into
        (-2^23, 2^23], and there is no refractory time. `"nengo"`: the summed input wraps at 22 bits,
        u + bias at 24, v stays in 0..2^23 - 1, and decays are round(4095 (1 - exp(-dt/tau))).
        `"brian2"`: no offset on the current decay, and no register overflows.

    Notes
    -----
    No synaptic memory is read or written. Every neuron is updated in every tick; noise adds one random
    draw for each neuron that integrates.

    Hosts: loihi1 (reset to zero, finite refractory time), loihi2, spinnaker; the float form brainscales2.

    References
    ----------
    Davies et al., Loihi: a neuromorphic manycore processor with on-chip learning, IEEE Micro 2018;
    Michaelis, Lehr, Oed, Tetzlaff, Brian2Loihi, Front. Neuroinform. 2022 (the integer form).

    >>> LIF(tau_mem=0.02).constants(dt=0.001)[:2]
    (4096.0, 200.0)
    """

    tau_syn: float = 0.0
    tau_mem: float = 0.02
    v_threshold: float = 100.0
    bias: float = 0.0
    refractory: float = 0
    arithmetic: Literal["fixed", "float"] = "fixed"
    reset: Literal["zero", "subtract"] = "zero"
    noise: float = 0.0
    parity: Parity = "chip"

    def __post_init__(self) -> None:
        if not self.tau_syn >= 0 or not self.tau_mem > 0:
            raise ValueError(
                f"tau_syn={self.tau_syn} s, tau_mem={self.tau_mem} s: give tau_syn >= 0, tau_mem > 0"
            )
        if self.arithmetic not in ("fixed", "float"):
            raise ValueError(f"arithmetic={self.arithmetic!r}: choose 'fixed' or 'float'")
        if self.reset not in ("zero", "subtract"):
            raise ValueError(f"reset={self.reset!r}: choose 'zero' or 'subtract'")
        if self.refractory not in range(64) and self.refractory != float("inf"):
            raise ValueError(f"refractory={self.refractory}: the chip counts 0 to 63 silent ticks, or inf")
        if not 0 <= self.noise <= THETA_LIMIT:
            raise ValueError(f"noise={self.noise}: give an amplitude from 0 to {THETA_LIMIT}")
        if self.integer and not 0 <= self.v_threshold <= THETA_LIMIT:
            raise ValueError(
                f"v_threshold={self.v_threshold}: the fixed form has 17 bits, 0 to {THETA_LIMIT}"
            )
        self._check_parity()

    def _check_parity(self) -> None:
        if self.parity not in get_args(Parity):
            raise ValueError(f"parity={self.parity!r}: choose one of {get_args(Parity)}")
        if self.parity != "chip" and not self.integer:
            raise ValueError(f"parity={self.parity!r}: corner cases belong to arithmetic='fixed'")
        if self.parity == "lava" and self.refractory:
            raise ValueError(f"refractory={self.refractory}: Lava's fixed-point neuron has none, give 0")

    @property
    def integer(self) -> bool:
        """True for the fixed form."""
        return self.arithmetic == "fixed"

    def fields(self) -> tuple[Field, ...]:
        """Current `u`, potential `v`, ticks of silence left (-1: for ever), scratch."""
        dtype = "i4" if self.integer else "f8"
        if self.parity == "brian2":
            dtype = "i8"  # its states have no register to overflow
        return (
            Field("u", dtype, ("post",), lasting=False),
            Field("v", dtype, ("post",), lasting=False),
            Field("silent", "i4", ("post",), lasting=False),
            Field("above", "u1", ("post",), lasting=False),
        )

    def constants(self, dt: float) -> tuple[float, ...]:
        """Decays of u and v, threshold, bias, refractory, subtract, noise, parity, bounds of v."""
        refractory = -1.0 if np.isinf(self.refractory) else float(self.refractory)
        subtract = float(self.reset == "subtract")
        place = get_args(Parity).index(self.parity)
        tail = (refractory, subtract, float(place), *_BOUNDS[place])
        if not self.integer:
            keep_u = float(np.exp(-dt / self.tau_syn)) if self.tau_syn > 0 else 0.0
            return (keep_u, float(np.exp(-dt / self.tau_mem)), self.v_threshold, self.bias, self.noise, *tail)
        theta, bias = 64.0 * float(np.rint(self.v_threshold)), 64.0 * float(np.rint(self.bias))
        return (*self._decays(dt), theta, bias, float(np.rint(64 * self.noise)), *tail)

    def _decays(self, dt: float) -> tuple[float, float]:
        """Decays of u and v in 1/4096, the offset of u included."""
        if self.parity == "nengo":
            lost_u = -np.expm1(-dt / self.tau_syn) if self.tau_syn > 0 else 1.0
            register = max(0.0, float(np.rint(4095 * lost_u - 1)))
            return register + 1, float(np.rint(4095 * -np.expm1(-dt / self.tau_mem)))
        offset = int(self.parity != "brian2")
        d_u = min(4096, decay_constant(self.tau_syn, dt) + offset) if self.tau_syn > 0 else 4096
        return float(d_u), float(decay_constant(self.tau_mem, dt))

    def kernel(self) -> Kernel:
        """The leanest tick that has these options."""
        if not self.integer:
            return tick_float_noise if self.noise else tick_float
        return tick_options if self.noise or self.parity != "chip" else tick_fixed
