"""Which sizes of images a network takes, known without making it."""

import collections
import dataclasses
import logging
import typing

_logger = logging.getLogger(__name__)
_CHOSEN = 32  # Pixels. What is learnt in minutes, where nothing else is asked for.
_TOKENS = 32  # Along a side. With more, attention takes much memory.


@dataclasses.dataclass(frozen=True)
class ImageSizes:
    """Sizes that suit a network.

    Attributes:
        multiple: Both sides must be multiples of it.
        smallest: Pixels of the shortest side.
        largest: Pixels of the longest side of images that keep their size without being
            asked for; larger ones must be asked for by an `image_size`.
        reason: What the rule comes from, such as "`patch_size`=4".

    Example:

    ```python
    sizes = sizes_of_patches(4)
    sizes.fits(28, 28)  # True
    sizes.choose([(300, 400), (480, 640)])  # 32
    ```
    """

    multiple: int
    smallest: int
    largest: int
    reason: str

    def fits(self, height: int, width: int) -> bool:
        """Returns whether the network takes images of a size."""
        sides = (height, width)
        return min(sides) >= self.smallest and not any(s % self.multiple for s in sides)

    def check_side(self, image_size: int | None) -> None:
        """Refuses an `image_size` that the network does not take.

        Raises:
            ValueError: If it does not, with what it takes that is near.
        """
        if image_size is not None and not self.fits(image_size, image_size):
            raise ValueError(
                f"`image_size` must be {self._rule(image_size)}. "
                f"Received: image_size={image_size}"
            )

    def check_shape(self, image_shape: tuple[int, ...]) -> None:
        """Refuses images `(H, W, C)` that the network does not take.

        Raises:
            ValueError: If it does not, with an `image_size` that it takes.
        """
        height, width = image_shape[:2]
        if not self.fits(height, width):
            raise ValueError(
                f"The images have {height}x{width} pixels, and each side must be "
                f"{self._rule(min(height, width))}: give such an `image_size`."
            )

    def choose(self, sizes: typing.Sequence[tuple[int, int]]) -> int | None:
        """Returns the `image_size` of images, or None where they may keep theirs.

        They may if all have one size that the network takes and that is not large.
        Otherwise it is 32 pixels, or less where images are smaller, and is said.

        Args:
            sizes: Heights and widths.
        """
        counts = collections.Counter(sizes)
        if len(counts) == 1 and self.fits(*sizes[0]) and max(sizes[0]) <= self.largest:
            return None
        most = min(_CHOSEN, *(side for size in sizes for side in size))
        side = most // (4 * self.multiple) * (4 * self.multiple)  # To be halved again.
        side = side or self.multiple
        while side < self.smallest:
            side *= 2
        found = f"{_name(min(sizes))} pixels"
        if len(counts) > 1:
            found = f"{len(counts)} sizes, {_name(min(sizes))} to {_name(max(sizes))}"
        _logger.info(
            "The images have %s: they are brought to %s. Give an `image_size` for "
            "another size.",
            *(found, _name((side, side))),
        )
        return side

    def _rule(self, side):
        """Returns what sides must be, and those near one."""
        below = side // self.multiple * self.multiple
        near = [s for s in (below, below + self.multiple) if s >= self.smallest]
        near = near or [self.multiple * -(-self.smallest // self.multiple)]
        rules = [f"at least {self.smallest}"] if self.smallest > self.multiple else []
        if self.multiple > 1:
            rules.insert(0, f"a multiple of {self.multiple}")
        return (
            f"{' and '.join(rules)} for {self.reason}, such as "
            f"{' or '.join(map(str, near))}"
        )


def sizes_of_gan(networks: str) -> ImageSizes:
    """Returns the sizes for networks of `kerazoo.models.gan.config.NetworkConfig`."""
    multiple, smallest = {"compact": (1, 8), "mlp": (1, 1)}.get(networks, (2, 6))
    return ImageSizes(multiple, smallest, 128, f"`networks`={networks}")


def sizes_of_levels(widths: typing.Sequence[int]) -> ImageSizes:
    """Returns the sizes for a U-Net with a level for each width."""
    multiple = 2 ** (len(widths) - 1)
    reason = f"the {len(widths)} levels of `widths`"
    return ImageSizes(multiple, multiple, _TOKENS * multiple, reason)


def sizes_of_patches(patch_size: int) -> ImageSizes:
    """Returns the sizes for a transformer over patches."""
    reason = f"`patch_size`={patch_size}"
    return ImageSizes(patch_size, patch_size, _TOKENS * patch_size, reason)


def _name(size):
    return "x".join(map(str, size))
