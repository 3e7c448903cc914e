"""Denoising networks: Keras models of `[x, c_noise]` or `[x, c_noise, labels]`."""

from kerazoo.models.diffusion.networks.dit import DiT
from kerazoo.models.diffusion.networks.u_net import UNet

__all__ = ["DiT", "UNet"]
