"""UniPC of the second order."""

from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.samplers.callables import Denoise
from kerazoo.models.diffusion.samplers.callables import Noise
from kerazoo.models.diffusion.samplers.dpm_solver_pp_2m import log_snr_steps
from kerazoo.models.diffusion.samplers.dpm_solver_pp_2m import step_ratios
from kerazoo.models.diffusion.samplers.loop import ancestral_coefficients
from kerazoo.models.diffusion.samplers.loop import at
from kerazoo.models.diffusion.samplers.loop import count_steps
from kerazoo.models.diffusion.samplers.loop import integrate
from kerazoo.models.diffusion.samplers.loop import prepare


def unipc(
    denoise: Denoise,
    x: Tensor,
    alphas: Tensor,
    sigmas: Tensor,
    noise: Noise | None = None,
    record_every: int | None = None,
) -> Tensor:
    r"""Predicts with the two last estimates and corrects with the new one.

    Algorithms 5 and 7 of [Zhao et al., 2023](https://arxiv.org/abs/2302.04867) for the
    estimates of x0, with \(B(h) = e^h - 1\) ("bh2"). Both are the step of DDIM,
    \(x' = \frac{\sigma'}{\sigma} x + \alpha' (1 - e^{-h}) D\): the predictor with the D
    of `dpm_solver_pp_2m`, the corrector with \(D = \hat{x}_0 + c_1 (\hat{x}_0 -
    \hat{x}_0^{last}) + c_2 (\hat{x}_0' - \hat{x}_0)\). With \(q = h / h_{last}\) and
    \(g = \frac{1}{h^2} - \frac{1}{2h} \coth \frac{h}{2}\), the paper's linear system
    has the solution \(c_1 = -2 g q^2 / (1 + q)\), \(c_2 = \frac{1}{2} - g h + 2 g q /
    (1 + q)\). The denoiser is called once a step: what it says of the predicted x
    serves the corrector and the next predictor.

    It is called as all `kerazoo.models.diffusion.samplers`, and draws no noise.
    """
    x, alphas, sigmas = prepare(x, alphas, sigmas)
    a, b, _ = ancestral_coefficients(alphas, sigmas, eta=0.0)
    h = log_snr_steps(alphas, sigmas)
    q = step_ratios(h)
    c1, c2 = corrector_gains(h, q)

    def step(index, x, last, before_last, origin):
        estimate = denoise(x, at(alphas, index, x), at(sigmas, index, x), last)
        before = ops.maximum(index - 1, 0)
        ahead = last + at(c1, before, x) * (last - before_last)
        ahead = ahead + at(c2, before, x) * (estimate - last)
        corrected = at(a, before, x) * origin + at(b, before, x) * ahead
        x = ops.where(index > 0, corrected, x)
        ahead = estimate + at(q, index, x) / 2 * (estimate - last)
        return at(a, index, x) * x + at(b, index, x) * ahead, estimate, last, x

    return integrate(step, x, count_steps(alphas), record_every, memory=2)


def corrector_gains(h: Tensor, q: Tensor) -> tuple[Tensor, Tensor]:
    """Returns the vectors c1 and c2; 0 and 1/2 for the first step, which has no past.

    Args:
        h: float `(n,)`. Steps of the logarithm of alpha / sigma.
        q: float `(n,)`. Each over the one before, 0 for the first.
    """
    square = ops.square(ops.minimum(h, 1))
    # Where h is small the closed form would cancel: Bernoulli numbers over factorials.
    series = square * (-1 / 30240 + square * (1 / 1209600 - square / 47900160))
    series = -1 / 12 + square * (1 / 720 + series)
    large = ops.clip(h, 1, 1e4)
    closed = (1 / large - 0.5 / ops.tanh(large / 2)) / large
    g = ops.where(h < 1, series, closed)
    c1 = -2 * g * ops.square(q) / (1 + q)
    c2 = 0.5 - g * ops.where(ops.isfinite(h), h, 0) + 2 * g * q / (1 + q)
    first = ops.arange(ops.shape(h)[0]) == 0
    return c1, ops.where(first, 0.5, c2)
