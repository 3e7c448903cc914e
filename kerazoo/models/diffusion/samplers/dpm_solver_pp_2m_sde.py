"""DPM-Solver++ (2M) for the stochastic equation."""

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.samplers.callables import Denoise
from kerazoo.models.diffusion.samplers.callables import Noise
from kerazoo.models.diffusion.samplers.dpm_solver_pp_2m import dpm_solver_pp_2m


def dpm_solver_pp_2m_sde(
    denoise: Denoise,
    x: Tensor,
    alphas: Tensor,
    sigmas: Tensor,
    noise: Noise | None = None,
    record_every: int | None = None,
    eta: float = 1.0,
) -> Tensor:
    r"""Integrates the reverse stochastic equation with two estimates.

    \(x' = \frac{\sigma'}{\sigma} e^{-h} x + \alpha' (1 - e^{-2h}) D + \sigma'
    \sqrt{1 - e^{-2h}}\, z\), Section 5 of
    [Lu et al., 2022](https://arxiv.org/abs/2211.01095), with the D of
    `dpm_solver_pp_2m`: the ancestral step of DDPM with D for the estimate.

    It is called as all `kerazoo.models.diffusion.samplers`, with one option:

    Args:
        eta: Share of the noise that is drawn anew, from 0 to 1; 1 is the paper's.
    """
    return dpm_solver_pp_2m(denoise, x, alphas, sigmas, noise, record_every, eta)
