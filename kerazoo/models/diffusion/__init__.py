"""Diffusion models: networks that make images out of noise, on Keras 3.

`Diffusion` trains any Keras model as a denoiser; `make_diffusion` makes one from sizes
and names. Samplers, noise schedules, parametrisations, editing and networks run on any
backend of Keras.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
