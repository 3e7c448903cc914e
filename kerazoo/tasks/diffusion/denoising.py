"""How wrong a model's estimates of the images of a dataset are."""

from kerazoo.data.images.image_dataset import ImageDataset
from kerazoo.models.diffusion.denoising_metric import DenoisingMetric
from kerazoo.models.diffusion.diffusion import Diffusion

_IMAGES = 512
_FEWEST = 8
_PIXELS = (
    12_500  # Of evaluations during training: they take about as long as two steps.
)


def denoising_metric(
    model: Diffusion, dataset: ImageDataset, count: int = _IMAGES
) -> DenoisingMetric:
    """Returns the measure of a model's estimates of images of a dataset.

    Args:
        model: `Diffusion`.
        dataset: `ImageDataset`. The images are of the test, where there is one.
        count: Images at most.
    """
    images, labels = dataset.test_images, dataset.test_labels
    if not len(images):
        images, labels = dataset.train_images, dataset.train_labels
    images = dataset.normalize(images[:count])
    if model.num_classes is None or labels is None:
        return DenoisingMetric(model, images)
    return DenoisingMetric(model, images, labels[:count])


def validation_metric(model: Diffusion, dataset: ImageDataset) -> DenoisingMetric:
    """Returns a `denoising_metric` of few images, for evaluations during training."""
    height, width, _ = dataset.image_shape
    count = max(_PIXELS // (height * width), _FEWEST)
    return denoising_metric(model, dataset, min(count, _IMAGES))


def denoising_errors(metric: DenoisingMetric) -> dict[str, float]:
    """Returns the errors at noise levels from low to high, and of all, for a result."""
    return {f"denoising_{name}": value for name, value in metric.measure().items()}
