"""The flags of the apps that read a dataset."""

from absl import flags

DATASET = flags.DEFINE_string(
    "dataset",
    None,
    "Name of the dataset. Default: one that needs no download, where the task has one.",
)
DATA_DIR = flags.DEFINE_string(
    "data_dir",
    None,
    "Folder or file of the dataset; TensorFlow Datasets downloads its own to it.",
)
