r"""Adversarial losses as functions of what a discriminator says.

Every function takes the logits of real and of generated examples, float `(B,)`, the
i-th of both being a pair, and returns one loss for each pair, float `(B,)`.
"""

from collections.abc import Callable
from typing import NamedTuple

from keras import ops

from kerazoo.layers.tensor import Tensor


class AdversarialLoss(NamedTuple):
    """The losses of the two players.

    Attributes:
        discriminator: Function of `(real_logits, fake_logits)`.
        generator: Function of `(real_logits, fake_logits)`.
        is_relative: bool. Whether only differences between logits have a meaning.
        is_paired: bool. Whether the generator's depends on the real logits.
    """

    discriminator: Callable
    generator: Callable
    is_relative: bool = False
    is_paired: bool = False


def non_saturating_discriminator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    r"""Returns \(-\log D(x) - \log(1 - D(G(z)))\), D the sigmoid of a logit.

    Equation 1 of [Goodfellow et al., 2014](https://arxiv.org/abs/1406.2661).
    """
    return ops.softplus(-real_logits) + ops.softplus(fake_logits)


def non_saturating_generator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    r"""Returns \(-\log D(G(z))\), whose gradient is large where the generator is bad.

    Section 3 of [Goodfellow et al., 2014](https://arxiv.org/abs/1406.2661).
    """
    return ops.softplus(-fake_logits)


def least_squares_discriminator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    r"""Returns \(\frac12 (D(x) - 1)^2 + \frac12 D(G(z))^2\).

    Equation 9 of [Mao et al., 2017](https://arxiv.org/abs/1611.04076).
    """
    return (ops.square(real_logits - 1) + ops.square(fake_logits)) / 2


def least_squares_generator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    r"""Returns \(\frac12 (D(G(z)) - 1)^2\).

    Equation 9 of [Mao et al., 2017](https://arxiv.org/abs/1611.04076).
    """
    return ops.square(fake_logits - 1) / 2


def hinge_discriminator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    r"""Returns \(\max(0, 1 - D(x)) + \max(0, 1 + D(G(z)))\).

    Equation 16 of [Miyato et al., 2018](https://arxiv.org/abs/1802.05957).
    """
    return ops.relu(1 - real_logits) + ops.relu(1 + fake_logits)


def hinge_generator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    r"""Returns \(-D(G(z))\).

    Equation 17 of [Miyato et al., 2018](https://arxiv.org/abs/1802.05957).
    """
    return -fake_logits


def wasserstein_discriminator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    r"""Returns \(D(G(z)) - D(x)\), for a discriminator with a gradient penalty.

    Equation 3 of [Gulrajani et al., 2017](https://arxiv.org/abs/1704.00028).
    """
    return fake_logits - real_logits


def wasserstein_generator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    r"""Returns \(-D(G(z))\).

    Algorithm 1 of [Gulrajani et al., 2017](https://arxiv.org/abs/1704.00028).
    """
    return -fake_logits


def relativistic_discriminator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    r"""Returns \(-\log \sigma(D(x) - D(G(z)))\): each fake is told from its real one.

    A generator cannot drop a mode for good where its discriminator only compares: the
    landscape has no local minima of collapse
    ([Huang et al., 2024](https://arxiv.org/abs/2501.05441), Equation 2;
    [Jolicoeur-Martineau, 2018](https://arxiv.org/abs/1807.00734)).
    """
    return ops.softplus(fake_logits - real_logits)


def relativistic_generator(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    r"""Returns \(-\log \sigma(D(G(z)) - D(x))\).

    Equation 2 of [Huang et al., 2024](https://arxiv.org/abs/2501.05441) for the
    generator.
    """
    return ops.softplus(real_logits - fake_logits)


LOSSES = {
    "hinge": AdversarialLoss(hinge_discriminator, hinge_generator),
    "least_squares": AdversarialLoss(
        least_squares_discriminator, least_squares_generator
    ),
    "non_saturating": AdversarialLoss(
        non_saturating_discriminator, non_saturating_generator
    ),
    "relativistic": AdversarialLoss(
        relativistic_discriminator, relativistic_generator, True, is_paired=True
    ),
    "wasserstein": AdversarialLoss(
        wasserstein_discriminator, wasserstein_generator, is_relative=True
    ),
}
