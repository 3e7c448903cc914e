"""What a GAN learns to make for an app: images, or points of a mixture."""

import os

from absl import flags

from apps import data_flags as data
from apps import flags as shared
from apps import generative_flags as generative
from apps import image_data
from apps import runner

with runner.heavy_imports("gan"):
    import numpy as np
    import tensorflow as tf

    from kerazoo.data.gaussian_mixture import MIXTURES
    from kerazoo.data.images.grid_picture import grid_picture
    from kerazoo.evaluation.mode_coverage import mixture_coverage
    from kerazoo.models.gan.scatter_picture import scatter_picture

NUM_POINTS = flags.DEFINE_integer(
    "num_points", 100_000, "Toy: points to learn from.", lower_bound=2
)

TOY_NAMES = sorted(MIXTURES)
_GRID_IMAGES = 100
_SHOWN_POINTS = 2_500


class Images:
    """Images of a dataset, with or without classes.

    Attributes:
        name: str.
        arrays: tuple of arrays to take batches from.
        real: float array `(N, ...)` of real examples.
        sample_shape: tuple of ints.
        num_classes: int or None.
        objective, mode: What the best model has, and whether `"max"` or `"min"`.
        eval_samples: int. Examples to measure the trained model by.
        picture_samples: int. Examples of a picture.
    """

    picture_samples = _GRID_IMAGES

    def __init__(self):
        self.dataset = image_data.load_images()
        self.name = self.dataset.name
        num_classes = self.dataset.num_classes
        wants_classes = generative.CONDITIONAL.value is not False
        if generative.CONDITIONAL.value and not num_classes:
            raise ValueError(
                f"--conditional needs labels, which --dataset={self.name} has not: "
                "put its images into a folder for each class."
            )
        has_classes = wants_classes and num_classes
        self.num_classes = num_classes if has_classes else None
        self.arrays = (self.dataset.train_images,)
        if has_classes:
            self.arrays += (self.dataset.train_labels,)
        self.real = self.dataset.normalize(self.dataset.train_images[:1_000])
        self.sample_shape = self.dataset.image_shape
        self.eval_samples = generative.EVAL_SAMPLES.value
        self._evaluation = image_data.ImageEvaluation(self.dataset)
        self.objective = "fid" if self._evaluation.is_possible else None
        self.mode = "min"

    def preprocess(self, images, *labels):
        """Returns a batch as the model takes it."""
        return (self.dataset.normalize(tf.cast(images, tf.float32)), *labels)

    def measure(self, images, labels=None):
        """Returns `fid` and more of generated images."""
        return self._evaluation.measure(np.clip(images, -1, 1), labels)

    def picture(self, images, step):
        """Returns a PNG of generated images."""
        return grid_picture(images, columns=10)

    def metadata(self):
        """Returns what those who use the model must know, as a dict."""
        return {
            "dataset": data.DATASET.value or self.name,
            "data_dir": data.DATA_DIR.value and os.path.abspath(data.DATA_DIR.value),
            "image_size": image_data.IMAGE_SIZE.value,
            "class_names": self.dataset.class_names,
            "image_shape": self.sample_shape,
            "num_classes": self.num_classes,
        }


class Points:
    """Points of a mixture of Gaussians, see `Images`."""

    objective = "mode_score"
    mode = "max"
    num_classes = None
    sample_shape = (2,)
    eval_samples = 2_500  # Of PacGAN's protocol.
    picture_samples = _SHOWN_POINTS

    def __init__(self):
        self.name = data.DATASET.value or "ring"
        if self.name not in MIXTURES:
            raise ValueError(
                f"--dataset={self.name} must be one of {', '.join(TOY_NAMES)} for "
                "--task=toy."
            )
        self.mixture = MIXTURES[self.name]()
        points = self.mixture.sample(NUM_POINTS.value, shared.SEED.value)
        self.arrays = (points,)
        self.real = points[:_SHOWN_POINTS]

    def preprocess(self, points):
        """Returns a batch as the model takes it."""
        return (points,)

    def measure(self, points, labels=None):
        """Returns `modes`, `high_quality` and `reverse_kl` of generated points.

        `mode_score`, which chooses the best model, is the share of modes plus that of
        points of high quality, less the divergence.
        """
        centers, sigma = self.mixture.centers, self.mixture.sigma
        found = mixture_coverage(points, centers, sigma)
        share = found["modes"] / self.mixture.num_modes
        score = share + found["high_quality"] - found["reverse_kl"]
        return {**found, "mode_score": score}

    def picture(self, points, step):
        """Returns a PNG of generated points over real ones."""
        found = self.measure(points)
        title = f"step {step}: {found['modes']} modes, {found['high_quality']:.1%} near"
        return scatter_picture(points, self.real, title)

    def metadata(self):
        """Returns what those who use the model must know, as a dict."""
        return {"dataset": self.name, "num_classes": None, "image_shape": None}
