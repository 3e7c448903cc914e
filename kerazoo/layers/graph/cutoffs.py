r"""Smooth ends of what atoms have to do with each other.

Both functions are 1 at a distance of 0, fall to 0 at the cutoff \(c\) and stay there,
with a continuous derivative: forces do not jump when an atom comes near.
"""

import math

from keras import ops

from kerazoo.layers.tensor import Tensor


def cosine_cutoff(distances: Tensor, cutoff: float) -> Tensor:
    r"""Returns \(\frac12 (\cos \frac{\pi d}{c} + 1)\) of distances \(d\) below c.

    [Behler & Parrinello, 2007](https://doi.org/10.1103/PhysRevLett.98.146401),
    Equation 4.

    Args:
        distances: float tensor of any shape.
        cutoff: Where it ends.

    Example:

    ```python
    cosine_cutoff(keras.ops.array([0.0, 2.5, 5.0, 9.0]), 5.0)  # [1, 0.5, 0, 0]
    ```
    """
    share = ops.minimum(distances / cutoff, 1.0)
    return 0.5 * (ops.cos(math.pi * share) + 1.0)


def polynomial_cutoff(distances: Tensor, cutoff: float, power: int = 6) -> Tensor:
    r"""Returns the polynomial of \(x = d / c\) whose two derivatives end at 0, too.

    \(1 - \frac{(p+1)(p+2)}{2} x^p + p(p+2) x^{p+1} - \frac{p(p+1)}{2} x^{p+2}\)
    ([Gasteiger et al., 2020](https://arxiv.org/abs/2003.03123), Equation 8).

    Args:
        distances: float tensor of any shape.
        cutoff: Where it ends.
        power: p. The larger, the later it falls.

    Example:

    ```python
    polynomial_cutoff(keras.ops.array([0.0, 5.0, 9.0]), 5.0)  # [1, 0, 0]
    ```
    """
    share = ops.minimum(distances / cutoff, 1.0)
    p = power
    falling = (p + 1) * (p + 2) / 2 - p * (p + 2) * share
    falling = falling + p * (p + 1) / 2 * ops.square(share)
    return 1.0 - ops.power(share, p) * falling


CUTOFFS = {"cosine": cosine_cutoff, "polynomial": polynomial_cutoff}
