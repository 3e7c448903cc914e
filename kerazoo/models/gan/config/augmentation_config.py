"""What is done to all examples before the discriminator sees them."""

import dataclasses
import typing

from kerazoo.models.gan.augmentation import AUGMENTATIONS
from kerazoo.models.gan.augmentation import AdaptiveProbability


@dataclasses.dataclass(frozen=True)
class AugmentationConfig:
    """Kind of augmentation, and how often.

    Args:
        augmentation: `"none"` or a key of `AUGMENTATIONS`.
        augment_probability: How often, from 0 to 1.
        adaptive_augmentation: Augments the more, the more the discriminator overfits,
            beginning with never.
        augment_exclude: affine_color: transformations to leave out, such as
            `["x_flip", "rotate_90"]` for digits.
    """

    augmentation: str = "none"
    augment_probability: float = 1.0
    adaptive_augmentation: bool = False
    augment_exclude: typing.Sequence[str] = ()

    def make(self, sample_shape: tuple[int, ...]) -> typing.Any:
        """Makes the augmentation of examples of a shape, None for none."""
        if self.augmentation == "none":
            return None
        if len(sample_shape) != 3:
            raise ValueError(
                "An augmentation is for images, not for points. Received: "
                f"augmentation={self.augmentation}"
            )
        options = {}
        if self.augmentation == "affine_color":
            options["exclude"] = tuple(self.augment_exclude)
        return AUGMENTATIONS[self.augmentation](**options)

    def probability(self) -> float | AdaptiveProbability:
        """Returns what `GAN` takes as `augment_probability`."""
        if self.adaptive_augmentation:
            return AdaptiveProbability()
        return self.augment_probability
