"""Eight grey images of digits with labels, and the files that examples read."""

import pathlib

import numpy as np
from PIL import Image


def names():
    generator = np.random.default_rng(0)
    Image.fromarray(generator.integers(256, size=(40, 60, 3), dtype="uint8")).save(
        "flower.jpg"
    )
    for kind in ("daisy", "rose", "tulip"):  # A folder for each class.
        folder = pathlib.Path("flowers", kind)
        folder.mkdir(parents=True, exist_ok=True)
        for index in range(3):
            pixels = generator.integers(256, size=(40, 60, 3), dtype="uint8")
            Image.fromarray(pixels).save(folder / f"{index}.png")
    for digit in range(10):  # Images as those of `digits()`.
        folder = pathlib.Path("made", str(digit))
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((8, 8), 28 * digit, "uint8")).save(folder / "0.png")
    images = generator.uniform(-1, 1, (8, 8, 8, 1)).astype("float32")
    return {"images": images, "labels": np.arange(8, dtype="int32")}
