"""Editing of images with a denoiser: inpainting, variation, inversion, mixing."""

from kerazoo.layers.slerp import slerp
from kerazoo.models.diffusion.editing.inpainting import inpaint
from kerazoo.models.diffusion.editing.interpolation import interpolate
from kerazoo.models.diffusion.editing.inversion import invert
from kerazoo.models.diffusion.editing.sdedit import sdedit

__all__ = ["inpaint", "interpolate", "invert", "sdedit", "slerp"]
