"""Weights of the squared errors of a network's outputs, by noise level."""

from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.parametrizations.parametrization import Parametrization


def uniform(parametrization: Parametrization, alpha: Tensor, sigma: Tensor) -> Tensor:
    """Returns ones: every output counts the same.

    With `EpsilonParametrization` this is L_simple, Equation 14 of
    [Ho et al., 2020](https://arxiv.org/abs/2006.11239).

    Args:
        parametrization: `Parametrization`. Unused.
        alpha: float `(B,)`.
        sigma: float `(B,)`.

    Returns:
        float `(B,)`.
    """
    return ops.ones_like(sigma)


def min_snr(
    parametrization: Parametrization,
    alpha: Tensor,
    sigma: Tensor,
    gamma: float = 5.0,
) -> Tensor:
    r"""Returns \(\min(SNR, \gamma)\) on x0's errors, turned into one on outputs.

    Equation 7 of [Hang et al., 2023](https://arxiv.org/abs/2303.09556), with
    \(SNR = \alpha^2 / \sigma^2\): on epsilon it is \(\min(1, \gamma / SNR)\) and on v
    it is \(\min(SNR, \gamma) / (SNR + 1)\).

    Args:
        parametrization: `Parametrization`. Meaning of the outputs.
        alpha: float `(B,)`.
        sigma: float `(B,)`, positive.
        gamma: float. Largest weight on an error of x0.

    Returns:
        float `(B,)`.
    """
    gain = parametrization.x0_gain(alpha, sigma)
    return ops.minimum(ops.square(alpha / sigma * gain), gamma * ops.square(gain))


def edm(parametrization: Parametrization, alpha: Tensor, sigma: Tensor) -> Tensor:
    r"""Returns \((\sigma^2 + \sigma_d^2) / (\sigma \sigma_d)^2\), turned into outputs.

    Table 1 of [Karras et al., 2022](https://arxiv.org/abs/2206.00364), with sigma /
    alpha for sigma and the `sigma_data` of the parametrisation, by default 0.5; with
    `EDMParametrization` it is 1.

    Args:
        parametrization: `Parametrization`. Meaning of the outputs.
        alpha: float `(B,)`.
        sigma: float `(B,)`, positive.

    Returns:
        float `(B,)`.
    """
    sigma_data = getattr(parametrization, "sigma_data", 0.5)
    gain = parametrization.x0_gain(alpha, sigma) / sigma
    return ops.square(gain) * (ops.square(sigma / sigma_data) + ops.square(alpha))


WEIGHTINGS = {"edm": edm, "min_snr": min_snr, "uniform": uniform}
