"""Images of one size, split into training and test."""

import dataclasses
import typing

import numpy as np


@dataclasses.dataclass(eq=False)
class ImageDataset:
    """Images `(N, H, W, C)` of one size and type, with or without labels.

    Args:
        name: str.
        train_images: uint8 or float32 array `(N, H, W, C)` with C 1 (grey) or 3 (RGB),
            values from 0 to `scale`.
        train_labels: int32 array `(N,)`, classes from 0; None without labels.
        test_images: array `(M, H, W, C)` of the same type; M may be 0.
        test_labels: int32 array `(M,)`, or None.
        num_classes: int. 0 without labels.
        class_names: list of str, one per class, or None.
        scale: float. Value of white: 255 for bytes, 16 for scikit-learn's digits.
        classes_per_channel: int or None. Of images whose channels are a grey image
            each, the classes of these.

    Example:

    ```python
    dataset = load("digits")
    x = dataset.normalize(dataset.train_images)  # (N, 8, 8, 1), -1 to 1.
    dataset.denormalize(x)  # The same as dataset.train_images.
    ```
    """

    name: str
    train_images: np.ndarray
    train_labels: np.ndarray | None
    test_images: np.ndarray
    test_labels: np.ndarray | None
    num_classes: int = 0
    class_names: list[str] | None = None
    scale: float = 255.0
    classes_per_channel: int | None = None

    @property
    def image_shape(self) -> tuple[int, ...]:
        """Height, width and channels, (H, W, C)."""
        return self.train_images.shape[1:]

    def normalize(self, images: typing.Any) -> typing.Any:
        """Returns images with black at -1 and white at 1.

        Args:
            images: array of the dataset's units, or float tensor of any framework.

        Returns:
            float32, of the same shape.
        """
        # Small whole numbers and the products are exact enough to be rounded back.
        return images * np.float32(2 / self.scale) - np.float32(1)

    def denormalize(self, images: np.ndarray) -> np.ndarray:
        """Returns the images of which `normalize` makes the given ones.

        For a dataset of whole numbers, values are rounded to the nearest one there is,
        so that `denormalize(normalize(images))` are the images exactly.

        Args:
            images: float array, -1 to 1; what is beyond is clipped.

        Returns:
            Array of the dataset's units and type.
        """
        units = (np.clip(images, -1, 1).astype(np.float32) + 1) * (self.scale / 2)
        dtype = self.train_images.dtype
        return (np.rint(units) if dtype.kind in "ui" else units).astype(dtype)

    def to_bytes(self, images: np.ndarray) -> np.ndarray:
        """Returns normalized images as uint8 from 0 to 255, as picture files have."""
        return np.rint((np.clip(images, -1, 1) + 1) * 127.5).astype(np.uint8)

    def validate(self) -> None:
        """Checks shapes, types, values and labels.

        Raises:
            ValueError: If images are missing, differ in size or type, have neither one
                nor three channels, or values that are not finite or beyond 0 to
                `scale`; or if a label is missing or no class.
        """
        self._validate_images("train", self.train_images)
        self._validate_images("test", self.test_images)
        if not len(self.train_images):
            raise ValueError(
                f"{self.name}: expected training images. Received: train_images=[]"
            )
        shape, test_shape = self.image_shape, self.test_images.shape[1:]
        dtype, test_dtype = self.train_images.dtype, self.test_images.dtype
        if (shape, dtype) != (test_shape, test_dtype):
            raise ValueError(
                f"{self.name}: training and test images must have one size and type. "
                f"Received: {shape} of {dtype} and {test_shape} of {test_dtype}"
            )
        if bool(self.num_classes) != (self.train_labels is not None):
            raise ValueError(
                f"{self.name}: `num_classes` must be 0 just where there are no labels. "
                f"Received: num_classes={self.num_classes}"
            )
        self._validate_labels("train", self.train_images, self.train_labels)
        self._validate_labels("test", self.test_images, self.test_labels)
        names = self.class_names
        if names is not None and len(names) != self.num_classes:
            raise ValueError(
                f"{self.name}: expected {self.num_classes} names of classes. "
                f"Received: {len(names)}"
            )

    def _validate_images(self, part, images):
        if images.ndim != 4 or images.shape[-1] not in (1, 3):
            raise ValueError(
                f"{self.name}: {part} images must be (N, H, W, 1) or (N, H, W, 3). "
                f"Received: shape={images.shape}"
            )
        if images.dtype not in (np.uint8, np.float32):
            raise ValueError(
                f"{self.name}: {part} images must be uint8 or float32. "
                f"Received: dtype={images.dtype}"
            )
        if not images.size:
            return
        # NaN is neither within nor beyond: ask for what is right.
        right = (images >= 0) & (images <= self.scale)
        if not right.all():
            index = tuple(int(i) for i in np.argwhere(~right)[0])
            raise ValueError(
                f"{self.name}: pixels must be from 0 to {self.scale:g}. "
                f"Received: {part}_images[{', '.join(map(str, index))}]={images[index]}"
            )

    def _validate_labels(self, part, images, labels):
        if (labels is None) != (self.train_labels is None):
            raise ValueError(
                f"{self.name}: expected labels of both training and test images, or of "
                f"neither. Received: {part}_labels={labels}"
            )
        if labels is None:
            return
        if labels.shape != (len(images),):
            raise ValueError(
                f"{self.name}: expected one {part} label for each of the "
                f"{len(images)} images. Received: shape={labels.shape}"
            )
        for i in np.flatnonzero((labels < 0) | (labels >= self.num_classes)):
            raise ValueError(
                f"{self.name}: labels must be from 0 to {self.num_classes - 1}. "
                f"Received: {part}_labels[{i}]={labels[i]}"
            )
