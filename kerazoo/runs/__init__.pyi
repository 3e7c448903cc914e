from .ensembles import run_ensemble
from .errors import RunError
from .folds import cross_validate
from .interquartile import interquartile_mean
from .reading import load
from .record import Record
from .record import SettingsRecord
from .runner import run
from .seeds import run_seeds

__all__ = [
    "Record",
    "RunError",
    "SettingsRecord",
    "cross_validate",
    "interquartile_mean",
    "load",
    "run",
    "run_ensemble",
    "run_seeds",
]
