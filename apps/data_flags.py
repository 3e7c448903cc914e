"""The flags of the apps that read a dataset."""

from absl import flags

DATASET = flags.DEFINE_string(
    "dataset", None, "Name of the dataset. Default: one that needs no download."
)
DATA_DIR = flags.DEFINE_string(
    "data_dir", None, "Folder that holds the dataset, or where to download it to."
)
