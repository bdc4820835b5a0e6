"""Pictures drawn again by another hand: thickness, size, slant and shape, as episodes want them."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

SIDE = 28  # pixels of a picture
LINES = 5  # of the coarse grid that bends a picture


@dataclass(frozen=True)
class Hand:
    """How much two drawings of one picture differ.

    Parameters
    ----------
    turn
        Standard deviation of the rotation, in radians.
    shear, stretch
        Standard deviations of slant and of the ratio of width to height.
    bend
        Standard deviation of a smooth displacement, in pixels.
    size, spread
        Mean and standard deviation of the longer side of the ink, in pixels; 0 leaves size and place alone.
    thicken
        Share of pictures whose lines are made thicker.
    mirror
        Whether half of the pictures are mirrored.

    >>> Hand(bend=0.0).redrawn(torch.rand(3, 1, 28, 28), torch.Generator()).shape
    torch.Size([3, 1, 28, 28])
    """

    turn: float = 0.15
    shear: float = 0.15
    stretch: float = 0.1
    bend: float = 0.5
    size: float = 18.5
    spread: float = 1.2
    thicken: float = 0.7
    mirror: bool = False

    def redrawn(self, pictures: Tensor, rng: torch.Generator) -> Tensor:
        """Another drawing of each of `[n, 1, 28, 28]`."""
        thick = self._thickened(pictures, rng)
        grid = self._grid(thick, rng)
        return F.grid_sample(thick, grid, align_corners=False).clamp(0.0, 1.0)

    def _thickened(self, pictures: Tensor, rng: torch.Generator) -> Tensor:
        if self.thicken == 0.0:
            return pictures
        much = torch.rand(len(pictures), 1, 1, 1, generator=rng) / self.thicken
        wide = F.max_pool2d(pictures, 3, 1, 1)
        mixed = wide + much.clamp(max=1.0) * (pictures - wide)
        soft = (F.avg_pool2d(mixed, 3, 1, 1) * 2.0).clamp(max=1.0)
        return torch.where(much < 1.0, soft, pictures)

    def _grid(self, pictures: Tensor, rng: torch.Generator) -> Tensor:
        """Where each pixel of the new drawing looks in the old one, both from -1 to 1."""
        n = len(pictures)

        def normal(*shape: int) -> Tensor:
            return torch.randn(n, *shape, generator=rng)

        turn, shear, wide = self.turn * normal(), self.shear * normal(), 1.0 + self.stretch * normal()
        if self.mirror:
            wide = wide * torch.where(torch.rand(n, generator=rng) < 0.5, -1.0, 1.0)
        cos, sin = turn.cos(), turn.sin()
        matrix = torch.stack([cos * wide, cos * shear - sin, sin * wide, sin * shear + cos], 1)
        centre, scale = self._frame(pictures, normal(), normal(2))
        matrix = (matrix * scale[:, None]).reshape(n, 2, 2)
        shift = centre + normal(2) * (0.6 * 2 / SIDE)
        grid = F.affine_grid(torch.cat([matrix, shift[:, :, None]], 2), list(pictures.shape), False)
        if self.bend > 0.0:
            coarse = normal(2, LINES, LINES) * (self.bend * 2 / SIDE)
            fine = F.interpolate(coarse, (SIDE, SIDE), mode="bicubic", align_corners=True)
            grid = grid + fine.permute(0, 2, 3, 1)
        return grid

    def _frame(self, pictures: Tensor, larger: Tensor, aside: Tensor) -> tuple[Tensor, Tensor]:
        """Middle of the ink, and how many old lengths make a new one."""
        n = len(pictures)
        if self.size == 0.0:
            return torch.zeros(n, 2), 1.0 + 0.1 * larger
        at = (torch.arange(SIDE) + 0.5) * 2 / SIDE - 1.0
        ink = pictures[:, 0]
        mass = ink.sum((1, 2)).clamp(min=1.0)
        centre = torch.stack([(ink.sum(1) * at).sum(1) / mass, (ink.sum(2) * at).sum(1) / mass], 1)
        inked = ink > 0.3
        sides = torch.stack([inked.any(1).sum(1), inked.any(2).sum(1)], 1).amax(1).clamp(min=8)
        return centre, sides / (self.size + self.spread * larger).clamp(14.0, 21.0)
