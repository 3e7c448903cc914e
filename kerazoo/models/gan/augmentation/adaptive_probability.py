"""The probability of augmentation, controlled by the discriminator's overfitting."""

import keras
from keras import ops

from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class AdaptiveProbability:
    r"""Raises the probability of augmentation while a discriminator overfits.

    \(p \leftarrow \mathrm{clip}(p + \mathrm{sign}(r_t - t) \cdot n / N, 0, 1)\) after n
    images, where \(r_t = E[\mathrm{sign}(D(x))]\) over real images x, augmented as the
    discriminator sees them, Section 3 and Equation 1 of
    [Karras et al., 2020](https://arxiv.org/abs/2006.06676). An r_t of 0 means no
    overfitting and one of 1 complete overfitting. The paper takes its mean over four
    batches and updates after them.

    Args:
        target: float in (-1, 1). The r_t to hold, t.
        horizon: int. Images that take the probability from 0 to 1, N.

    Raises:
        ValueError: If `target` or `horizon` is out of its range.

    Example:

    ```python
    controller = AdaptiveProbability(target=0.6, horizon=500_000)
    controller.update(0.5, overfitting=0.8, batch_size=5_000)  # 0.51
    ```
    """

    def __init__(self, target: float = 0.6, horizon: int = 500_000):
        if not -1 < target < 1:
            raise ValueError(
                f"`target` must be between -1 and 1. Received: target={target}"
            )
        if horizon <= 0:
            raise ValueError(f"`horizon` must be positive. Received: horizon={horizon}")
        self.target = target
        self.horizon = horizon

    def update(
        self,
        probability: float | Tensor,
        overfitting: float | Tensor,
        batch_size: int | Tensor,
    ) -> Tensor:
        """Returns the next probability.

        Args:
            probability: float or scalar tensor in [0, 1].
            overfitting: float or scalar tensor. r_t, the mean of the signs of the
                discriminator's logits of real images.
            batch_size: int or scalar tensor. Images since the last update.

        Returns:
            float32 scalar tensor in [0, 1].
        """
        probability, overfitting, batch_size = (
            ops.cast(value, "float32")
            for value in (probability, overfitting, batch_size)
        )
        step = ops.sign(overfitting - self.target) * batch_size / self.horizon
        return ops.clip(probability + step, 0.0, 1.0)

    def get_config(self):
        return {"target": self.target, "horizon": self.horizon}

    @classmethod
    def from_config(cls, config):
        return cls(**config)
