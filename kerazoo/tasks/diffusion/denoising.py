"""How wrong a model's estimates of the images of a dataset are."""

from kerazoo.data.images.image_dataset import ImageDataset
from kerazoo.models.diffusion.denoising_metric import DenoisingMetric
from kerazoo.models.diffusion.diffusion import Diffusion

_IMAGES = 512


def denoising_metric(model: Diffusion, dataset: ImageDataset) -> DenoisingMetric:
    """Returns the measure of a model's estimates of images of a dataset.

    They are of the test, where there is one.
    """
    images, labels = dataset.test_images, dataset.test_labels
    if not len(images):
        images, labels = dataset.train_images, dataset.train_labels
    images = dataset.normalize(images[:_IMAGES])
    if model.num_classes is None or labels is None:
        return DenoisingMetric(model, images)
    return DenoisingMetric(model, images, labels[:_IMAGES])


def denoising_errors(metric: DenoisingMetric) -> dict[str, float]:
    """Returns the errors at noise levels from low to high, and of all, for a result."""
    return {f"denoising_{name}": value for name, value in metric.measure().items()}
