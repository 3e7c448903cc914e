"""DDIM."""

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.samplers.callables import Denoise
from kerazoo.models.diffusion.samplers.callables import Noise
from kerazoo.models.diffusion.samplers.loop import ancestral_coefficients
from kerazoo.models.diffusion.samplers.loop import at
from kerazoo.models.diffusion.samplers.loop import count_steps
from kerazoo.models.diffusion.samplers.loop import integrate
from kerazoo.models.diffusion.samplers.loop import prepare
from kerazoo.models.diffusion.samplers.loop import require_noise


def ddim(
    denoise: Denoise,
    x: Tensor,
    alphas: Tensor,
    sigmas: Tensor,
    noise: Noise | None = None,
    record_every: int | None = None,
    eta: float = 0.0,
) -> Tensor:
    r"""Goes from level to level along the estimated noise.

    \(x' = \alpha' \hat{x}_0 + \sqrt{\sigma'^2 - s^2}\, \hat\epsilon + s z\) with
    \(s = \eta \sigma' \sqrt{1 - r^2}\), r the decay of sigma / alpha: Equation 12 of
    [Song et al., 2021](https://arxiv.org/abs/2010.02502).

    With eta 0 it is Euler's method in (x / alpha, sigma / alpha), whatever alpha is,
    and so also that of EDM and of rectified flows; with eta 1 it is DDPM with the
    smaller of its two variances.

    It is called as all `kerazoo.models.diffusion.samplers`, with one option:

    Args:
        eta: Share of the noise that is drawn anew, from 0 to 1; more than 0 needs
            `noise`.
    """
    if eta:
        require_noise(noise, "where eta is not 0")
    x, alphas, sigmas = prepare(x, alphas, sigmas)
    a, b, c = ancestral_coefficients(alphas, sigmas, eta)

    def step(index, x, estimate):
        estimate = denoise(x, at(alphas, index, x), at(sigmas, index, x), estimate)
        mean = at(a, index, x) * x + at(b, index, x) * estimate
        return mean + at(c, index, x) * noise(index, x) if eta else mean, estimate

    return integrate(step, x, count_steps(alphas), record_every)
