from .animations import grid_animation
from .built_in import digits
from .folders import image_folder
from .image_dataset import ImageDataset
from .loading import load
from .pictures import grid_picture
from .stacking import class_of_channels
from .stacking import stacked_images
from .tfds import tfds_images

__all__ = [
    "ImageDataset",
    "class_of_channels",
    "digits",
    "grid_animation",
    "grid_picture",
    "image_folder",
    "load",
    "stacked_images",
    "tfds_images",
]
