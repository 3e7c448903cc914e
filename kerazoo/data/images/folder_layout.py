"""Which images a folder has, by their paths alone."""

import dataclasses
import logging
import os
import pathlib

from kerazoo.data.images.image_paths import image_paths

_logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class FolderLayout:
    """Paths of images for training and for the test, and their classes.

    Attributes:
        train: Sorted paths.
        test: The same of the folder `test`; None where there is none.
        train_classes: Name of the class of each image, or None without classes.
        test_classes: The same of the test.
    """

    train: list[pathlib.Path]
    test: list[pathlib.Path] | None
    train_classes: list[str] | None
    test_classes: list[str] | None

    @property
    def class_names(self) -> list[str] | None:
        """Sorted names of the classes of training; None without classes."""
        return sorted(set(self.train_classes)) if self.train_classes else None


def folder_layout(data_dir: str | os.PathLike, name: str = "data_dir") -> FolderLayout:
    """Finds the images of a folder without opening any.

    Args:
        data_dir: path of a folder as `image_folder` takes it.
        name: What it is called in errors.

    Raises:
        FileNotFoundError: If there is no such folder, or no image in it.
        ValueError: If images lie both in folders of classes and beside them, or test
            images have a class that no training image has.

    Example:

    ```python
    import pathlib

    from PIL import Image

    pathlib.Path("black").mkdir()
    Image.new("L", (8, 8)).save("black/0.png")
    folder_layout("black").train  # [PosixPath("black/0.png")]
    ```
    """
    root = pathlib.Path(data_dir)
    if not (root / "train").is_dir():
        paths, classes = _images_of(root, name)
        return FolderLayout(paths, None, classes, None)
    paths, classes = _images_of(root / "train", name)
    _say_left_out(root)
    if not (root / "test").is_dir():
        return FolderLayout(paths, None, classes, None)
    test, test_classes = _images_of(root / "test", name)
    _check_classes(classes, test_classes, root, name)
    return FolderLayout(paths, test, classes, test_classes)


def _images_of(folder, name):
    """Returns paths, and the names of their classes or None."""
    paths = image_paths(folder, name)
    beside = [path for path in paths if path.parent == folder]
    if not beside:
        return paths, [path.relative_to(folder).parts[0] for path in paths]
    if len(beside) < len(paths):
        raise ValueError(
            f"`{name}` must be a folder of images, or of one folder of images for each "
            f"class, and not both: {beside[0]} is beside folders. "
            f"Received: {name}={folder}"
        )
    return paths, None


def _check_classes(train, test, root, name):
    if (train is None) != (test is None):
        raise ValueError(
            f"`{name}` must have folders of classes in both train and test, or in "
            f"neither. Received: {name}={root}"
        )
    for new in sorted({*(test or ())} - {*(train or ())}):
        raise ValueError(
            f"`{name}` must have images to train on of each class of the test, and has "
            f"none of {new}. Received: {name}={root}"
        )


def _say_left_out(root):
    others = [
        path.name
        for path in sorted(root.iterdir())
        if path.is_dir() and path.name not in ("train", "test") and path.name[0] != "."
    ]
    if others:
        _logger.info("Read train and test of %s, not %s.", root, ", ".join(others))
