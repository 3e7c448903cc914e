"""Rescaling of a schedule so that its last level is pure noise."""

import numpy as np


def zero_terminal_snr(alphas_cumprod: np.ndarray) -> np.ndarray:
    r"""Returns the table shifted and scaled to end in zero and begin as before.

    \(\alpha_t \leftarrow (\alpha_t - \alpha_T) \alpha_1 / (\alpha_1 - \alpha_T)\),
    Algorithm 1 of [Lin et al., 2023](https://arxiv.org/abs/2305.08891).

    Args:
        alphas_cumprod: float64 `(T,)`. Squares of alpha, falling.

    Returns:
        float64 `(T,)`.

    Example:

    ```python
    zero_terminal_snr(np.array([0.81, 0.25, 0.01]))  # [0.81, 0.2025, 0.0]
    ```
    """
    alphas = np.sqrt(np.asarray(alphas_cumprod, "float64"))
    first, last = alphas[0], alphas[-1]
    rescaled = np.square((alphas - last) * (first / (first - last)))
    rescaled[0] = first**2
    return rescaled
