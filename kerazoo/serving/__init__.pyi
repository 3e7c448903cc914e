from .check import run_without_python
from .checking import check_version
from .client.client import Client
from .client.errors import ServingError
from .client.signatures import ModelMetadata
from .client.signatures import Signature
from .client.signatures import TensorInfo
from .client.signatures import VersionStatus
from .compression import CompressedServing
from .copying import plain_copy
from .exported import newest_version
from .exported import read_metadata
from .exported import versions
from .exporting import export
from .labels import Label
from .labels import read_labels
from .limits import Limits
from .listing import ExportedVersion
from .listing import list_exports
from .lite import LiteConversion
from .lite import convert_to_lite
from .models_config import models_config_text
from .models_config import write_models_config
from .promotion import promote
from .promotion import remove_label
from .signatures import load_signatures
from .version_report import SignatureReport
from .version_report import VersionReport
from .worker import Worker

__all__ = [
    "Client",
    "CompressedServing",
    "ExportedVersion",
    "Label",
    "Limits",
    "LiteConversion",
    "ModelMetadata",
    "ServingError",
    "Signature",
    "SignatureReport",
    "TensorInfo",
    "VersionReport",
    "VersionStatus",
    "Worker",
    "check_version",
    "convert_to_lite",
    "export",
    "list_exports",
    "load_signatures",
    "models_config_text",
    "newest_version",
    "plain_copy",
    "promote",
    "read_labels",
    "read_metadata",
    "remove_label",
    "run_without_python",
    "versions",
    "write_models_config",
]
