r"""Samplers: functions that turn noise into images with a denoiser.

They run on any backend of Keras, and in a traced graph, and are all called alike:
`sampler(denoise, x, alphas, sigmas, noise=None, record_every=None)`, some with an
option more.

Args:
    denoise: Function of `(x, alpha, sigma, estimate)` to the clean images \(x_0\) that
        it finds in \(x = \alpha x_0 + \sigma \epsilon\): x and the last estimate (zeros
        at first) are `(B, ...)`, alpha and sigma scalars.
    x: float `(B, ...)`. Standard normal noise times `sigmas[0]`.
    alphas, sigmas: float `(n + 1,)`. Noise levels, from the noisiest to the clean, as
        `steps` of a schedule gives them.
    noise: Function of `(index, x)` to standard normal noise of x's shape, for samplers
        that draw any.
    record_every: int or None. Returns the states after every so many steps instead.

Returns:
    float `(B, ...)`, the images; with `record_every` the states, float `(ceil(n /
    record_every), B, ...)`, of which the last are the images.

Raises:
    ValueError: If a sampler that draws noise is given no `noise`, or `record_every` is
        not positive.

Example:

```python
alphas, sigmas = CosineSchedule().steps(20)
denoise = lambda x, alpha, sigma, estimate: alpha * x  # Of unit normal data.
noise = lambda index, x: keras.random.normal(x.shape)
x = keras.random.normal((4, 8, 8, 3))
images = SAMPLERS["ddpm"](denoise, x, alphas, sigmas, noise)  # (4, 8, 8, 3)
```
"""

import typing

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.samplers.ddim import ddim
from kerazoo.models.diffusion.samplers.ddpm import ddpm
from kerazoo.models.diffusion.samplers.dpm_solver_pp_2m import dpm_solver_pp_2m
from kerazoo.models.diffusion.samplers.dpm_solver_pp_2m_sde import dpm_solver_pp_2m_sde
from kerazoo.models.diffusion.samplers.euler import euler
from kerazoo.models.diffusion.samplers.euler_ancestral import euler_ancestral
from kerazoo.models.diffusion.samplers.flow_euler import flow_euler
from kerazoo.models.diffusion.samplers.flow_heun import flow_heun
from kerazoo.models.diffusion.samplers.heun import heun
from kerazoo.models.diffusion.samplers.unipc import unipc

SAMPLERS: dict[str, typing.Callable[..., Tensor]] = {
    "ddim": ddim,
    "ddpm": ddpm,
    "dpm_solver_pp_2m": dpm_solver_pp_2m,
    "dpm_solver_pp_2m_sde": dpm_solver_pp_2m_sde,
    "euler": euler,
    "euler_ancestral": euler_ancestral,
    "flow_euler": flow_euler,
    "flow_heun": flow_heun,
    "heun": heun,
    "unipc": unipc,
}

__all__ = [
    "SAMPLERS",
    "ddim",
    "ddpm",
    "dpm_solver_pp_2m",
    "dpm_solver_pp_2m_sde",
    "euler",
    "euler_ancestral",
    "flow_euler",
    "flow_heun",
    "heun",
    "unipc",
]
