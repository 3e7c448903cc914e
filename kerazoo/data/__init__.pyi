from .batching import array_batches
from .digest import array_digest
from .digest import data_digest
from .gaussian_mixture import MIXTURES
from .gaussian_mixture import GaussianMixture
from .gaussian_mixture import grid
from .gaussian_mixture import ring
from .table_file import Table
from .table_file import read_table

__all__ = [
    "MIXTURES",
    "GaussianMixture",
    "Table",
    "array_batches",
    "array_digest",
    "data_digest",
    "grid",
    "read_table",
    "ring",
]
