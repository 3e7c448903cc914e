from .check import run_without_python
from .copying import plain_copy
from .exported import newest_version
from .exported import read_metadata
from .exported import versions
from .exporting import export
from .models_config import write_models_config
from .signatures import load_signatures

__all__ = [
    "export",
    "load_signatures",
    "newest_version",
    "plain_copy",
    "read_metadata",
    "run_without_python",
    "versions",
    "write_models_config",
]
