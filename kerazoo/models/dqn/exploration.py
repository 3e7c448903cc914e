"""How the probability of a random action falls."""

import typing


def linear_epsilon(
    first: float, last: float, decay_steps: int
) -> typing.Callable[[int], float]:
    """Returns the linear schedule of exploration of Mnih et al., 2015.

    Args:
        first: Epsilon at step 0.
        last: Epsilon from step `decay_steps` on.
        decay_steps: Environment steps.

    Returns:
        Function of the environment steps taken so far.

    Example:

    ```python
    epsilon = linear_epsilon(1.0, 0.1, decay_steps=1_000)
    epsilon(500)  # 0.55
    ```
    """

    def epsilon(step: int) -> float:
        return first + (last - first) * min(step / max(decay_steps, 1), 1.0)

    return epsilon
