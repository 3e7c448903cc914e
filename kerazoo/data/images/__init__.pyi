from .animations import grid_animation
from .built_in import digits
from .fitted_file import read_fitted_file
from .folder_like import read_folder_like
from .folders import image_folder
from .image_dataset import ImageDataset
from .image_files import write_image_files
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
    "read_fitted_file",
    "read_folder_like",
    "stacked_images",
    "tfds_images",
    "write_image_files",
]
