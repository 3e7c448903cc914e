"""DPM-Solver++ (2M) for the stochastic equation."""

from kerazoo.models.diffusion.samplers.dpm_solver_pp_2m import dpm_solver_pp_2m


def dpm_solver_pp_2m_sde(
    denoise, x, alphas, sigmas, noise=None, record_every=None, eta=1.0
):
    r"""Integrates the reverse stochastic equation with two estimates.

    \(x' = \frac{\sigma'}{\sigma} e^{-h} x + \alpha' (1 - e^{-2h}) D + \sigma'
    \sqrt{1 - e^{-2h}}\, z\), Section 5 of
    [Lu et al., 2022](https://arxiv.org/abs/2211.01095), with the D of
    `dpm_solver_pp_2m`: the ancestral step of DDPM with D for the estimate.

    Args:
        denoise: Function of `(x, alpha, sigma, estimate)` that returns the x0.
        x: float `(B, ...)`. Standard normal noise times `sigmas[0]`.
        alphas: float `(n + 1,)`. Noise levels, from the noisiest to the clean.
        sigmas: float `(n + 1,)`.
        noise: Function of `(index, x)` that returns standard normal noise.
        record_every: int or None. Also returns the states after every so many steps.
        eta: float in [0, 1]. Share of the noise drawn anew; 1 is the paper's.

    Returns:
        float `(B, ...)`; with `record_every`, the pair of it and the records, float
        `(ceil(n / record_every), B, ...)`, of which the last is the result.

    Raises:
        ValueError: If `noise` is missing, or `record_every` is not positive.

    Example:

    ```python
    alphas, sigmas = LinearSchedule().steps(20)
    denoise = lambda x, alpha, sigma, estimate: alpha * x  # Of unit normal data.
    noise = lambda index, x: keras.random.normal(x.shape)
    x = np.random.normal(size=(4, 8, 8, 3))
    dpm_solver_pp_2m_sde(denoise, x, alphas, sigmas, noise)
    ```
    """
    return dpm_solver_pp_2m(denoise, x, alphas, sigmas, noise, record_every, eta)
