"""What a diffusion model is trained by."""

import dataclasses
import typing

from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.parametrizations import EpsilonParametrization
from kerazoo.models.diffusion.parametrizations import Parametrization
from kerazoo.models.diffusion.schedules import Schedule
from kerazoo.models.diffusion.schedules.discrete_schedule import DiscreteSchedule
from kerazoo.models.diffusion.variational_bound import variational_bound
from kerazoo.models.diffusion.weightings import WEIGHTINGS

_VARIATIONAL_WEIGHT = 1e-3  # Of the hybrid loss: Nichol & Dhariwal, Section 3.1.


@dataclasses.dataclass(frozen=True)
class DenoisingLoss:
    """Adds noise to images, and says how wrong what a network predicts of them is.

    Args:
        schedule: Which noise levels there are.
        parametrization: What the network predicts.
        weighting: Which levels count how much, a key of `WEIGHTINGS`.

    Raises:
        ValueError: If the weighting is unknown, or epsilon is to be predicted from pure
            noise.

    Example:

    ```python
    images = np.zeros((2, 8, 8, 1), "float32")
    noise = np.random.normal(size=(2, 8, 8, 1)).astype("float32")
    loss = DenoisingLoss(CosineSchedule(), VParametrization())
    noisy = loss.add_noise(images, noise, uniform=np.array([0.1, 0.9]))
    loss.errors(images, noise, noisy, output=np.zeros_like(images))  # (2,)
    ```
    """

    schedule: Schedule
    parametrization: Parametrization
    weighting: str = "uniform"

    def __post_init__(self):
        if self.weighting not in WEIGHTINGS:
            raise ValueError(
                f"`weighting` must be one of {', '.join(WEIGHTINGS)}. Received: "
                f"weighting={self.weighting}"
            )
        predicts_noise = isinstance(self.parametrization, EpsilonParametrization)
        if predicts_noise and not float(self.schedule.steps(1)[0][0]):
            raise ValueError(
                "Epsilon tells nothing of the image where alpha is 0, the first level "
                "of this schedule: predict v, x0 or the flow. Received: "
                f"schedule={type(self.schedule).__name__}, parametrization=Epsilon"
            )

    def add_noise(
        self, images: Tensor, noise: Tensor, uniform: Tensor
    ) -> dict[str, Tensor]:
        """Returns images at the levels of training, as a `Diffusion` takes them.

        Args:
            images: float32 `(B, ...)`. Clean images.
            noise: float32, as `images`. Standard normal.
            uniform: float32 `(B,)`, uniform in [0, 1). Chooses the levels.

        Returns:
            dict of `x`, as `images`, and `alpha` and `sigma`, `(B,)`.
        """
        alpha, sigma = self.schedule.draw(uniform)
        _, a, s = unpack_levels({"x": images, "alpha": alpha, "sigma": sigma})
        return {"x": a * images + s * noise, "alpha": alpha, "sigma": sigma}

    def errors(
        self, images: Tensor, noise: Tensor, noisy: dict[str, Tensor], output: Tensor
    ) -> Tensor:
        """Returns the weighted squared error of each example, float32 `(B,)`.

        Args:
            images, noise: As of `add_noise`.
            noisy: What `add_noise` returned.
            output: float32, as `images`. What the network predicts.
        """
        _, alpha, sigma = unpack_levels(noisy)
        target = self.parametrization.target(images, noise, alpha, sigma)
        weight = WEIGHTINGS[self.weighting](self.parametrization, alpha, sigma)
        pixels = tuple(range(1, len(images.shape)))
        return ops.mean(weight * ops.square(output - target), axis=pixels)

    def bounds(
        self,
        images: Tensor,
        noisy: dict[str, Tensor],
        output: Tensor,
        fraction: Tensor,
        uniform: Tensor,
    ) -> Tensor:
        """Returns what the hybrid loss adds for a learned variance, float32 `(B,)`.

        Args:
            images, noisy, output: As of `errors`.
            fraction: float32, as `images`. What the network says of the variance.
            uniform: As of `add_noise`.
        """
        x, alpha, sigma = unpack_levels(noisy)
        schedule = typing.cast(DiscreteSchedule, self.schedule)
        bound = variational_bound(
            images,
            x,
            self.parametrization.denoised(output, x, alpha, sigma),
            fraction,
            (noisy["alpha"], noisy["sigma"]),
            schedule.draw_next(uniform),
            schedule.least_posterior_sigma,
        )
        return schedule.num_train_steps * _VARIATIONAL_WEIGHT * bound


def unpack_levels(noisy: dict[str, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """Returns x, alpha and sigma of noisy images, float32 that multiply each other.

    Args:
        noisy: dict of `x`, `(B, ...)`, and `alpha` and `sigma`, `(B,)`.
    """
    x = ops.cast(noisy["x"], "float32")
    wide = (-1, *[1] * (len(x.shape) - 1))
    return x, *(ops.reshape(noisy[name], wide) for name in ("alpha", "sigma"))
