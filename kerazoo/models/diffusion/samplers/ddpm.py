"""Ancestral sampling of DDPM."""

from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.samplers.callables import Denoise
from kerazoo.models.diffusion.samplers.callables import Noise
from kerazoo.models.diffusion.samplers.loop import ancestral_coefficients
from kerazoo.models.diffusion.samplers.loop import at
from kerazoo.models.diffusion.samplers.loop import count_steps
from kerazoo.models.diffusion.samplers.loop import decay
from kerazoo.models.diffusion.samplers.loop import integrate
from kerazoo.models.diffusion.samplers.loop import prepare
from kerazoo.models.diffusion.samplers.loop import require_noise

_FRACTIONS = {"fixed_small": 0.0, "fixed_large": 1.0, "learned": None}


def ddpm(
    denoise: Denoise,
    x: Tensor,
    alphas: Tensor,
    sigmas: Tensor,
    noise: Noise | None = None,
    record_every: int | None = None,
    variance: str = "fixed_small",
) -> Tensor:
    r"""Draws every level from the Gaussian that the levels before it imply.

    The mean is that of the posterior \(q(x' | x, \hat{x}_0)\), Equation 7 of
    [Ho et al., 2020](https://arxiv.org/abs/2006.11239). The variance lies between that
    of the posterior and that of the chain, \(\beta^f \tilde\beta^{1 - f}\), Equation 15
    of [Nichol and Dhariwal, 2021](https://arxiv.org/abs/2102.09672). With r the decay
    of sigma / alpha, \(\beta = \sigma^2 (1 - r^2)\) and \(\tilde\beta = \sigma'^2 (1 -
    r^2)\). The step to a clean level draws no noise.

    It is called as all `kerazoo.models.diffusion.samplers`, but for these:

    Args:
        denoise: With `variance="learned"`, returns the pair of x0 and of the f in
            [0, 1], of x's shape.
        variance: `"fixed_small"` (f = 0), `"fixed_large"` (f = 1) or `"learned"`.

    Raises:
        ValueError: If the variance is unknown.
    """
    if variance not in _FRACTIONS:
        raise ValueError(
            f"`variance` must be one of {tuple(_FRACTIONS)}. "
            f"Received: variance={variance!r}"
        )
    require_noise(noise, "for ancestral sampling")
    x, alphas, sigmas = prepare(x, alphas, sigmas)
    a, b, small = ancestral_coefficients(alphas, sigmas, eta=1.0)
    fresh = ops.sqrt(ops.maximum(1 - ops.square(decay(alphas, sigmas)), 0))
    large = ops.where(small > 0, sigmas[:-1] * fresh, 0)
    log_ratio = ops.log(ops.where(small > 0, sigmas[:-1] / sigmas[1:], 1))

    def step(index, x, estimate):
        output = denoise(x, at(alphas, index, x), at(sigmas, index, x), estimate)
        if variance == "learned":
            estimate, fraction = output
            scale = at(small, index, x) * ops.exp(fraction * at(log_ratio, index, x))
        else:
            estimate = output
            scale = at(large if _FRACTIONS[variance] else small, index, x)
        mean = at(a, index, x) * x + at(b, index, x) * estimate
        return mean + scale * noise(index, x), estimate

    return integrate(step, x, count_steps(alphas), record_every)
