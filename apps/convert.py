r"""Makes a TensorFlow Lite (LiteRT) file of an exported model, for telephones.

    python -m apps.convert --saved_model=saved_models/dqn_cartpole --output=pole.tflite
    python -m apps.convert --saved_model=saved_models/gan_digits --signature=generate \
        --dtype=int8 --output=digits.tflite

The file is compared with the export before it is written, and the result says how far
its outputs are off. Signatures that take or give numbers alone can be converted: those
of policies, classifiers of images, generators of GANs and graph networks.
"""

import dataclasses
import json
import pathlib

from absl import flags

from apps.cli import errors
from apps.cli import exports
from apps.cli.launch import launch
from apps.cli.parsers import declare
from apps.cli.sections import MODEL
from apps.cli.sections import RUN
from apps.cli.sections import section
from apps.shared_flags import output
from kerazoo.runs.rounding import rounded
from kerazoo.runs.writable import check_file

section(MODEL)
_SIGNATURE = flags.DEFINE_string(
    "signature",
    None,
    "Which of the export's signatures. Default: generate, classify, tensors or "
    "serving_default, the first of numbers.",
)
section(RUN)
_DTYPE = flags.DEFINE_enum(
    "dtype",
    "float32",
    ["float32", "float16", "int8"],
    "Type of the weights. float16: half the size, computes in float32. int8: a "
    "quarter, by channel, with activations that are quantized as they come.",
)
declare(output.OUTPUT)
flags.adopt_module_key_flags(exports)

DEFAULTS: dict[str, str] = {}
TABLES = {"texts": {"output": "Writes the file here; .tflite."}}


def main():
    with errors.user_errors():
        path = _find_output()
        version, _ = exports.find_export(
            *("dqn", "gan", "transformer", "gnn"), others=("diffusion",)
        )
    with errors.heavy_imports("train"):
        from kerazoo.serving.lite import convert_to_lite

    with errors.user_errors():
        made = convert_to_lite(version, path, _SIGNATURE.value, _DTYPE.value)
    result = dataclasses.asdict(made) | {"dtype": _DTYPE.value}
    result |= {"path": str(made.path), "saved_model": str(version)}
    print(json.dumps(rounded(result)))


def _find_output():
    path = output.OUTPUT.value
    if path is None:
        raise ValueError("--output is missing: name the file to write, NAME.tflite.")
    if pathlib.Path(path).suffix != ".tflite":
        raise ValueError(f"--output={path} must end in .tflite.")
    check_file(path, "output")
    return path


if __name__ == "__main__":
    launch(main, DEFAULTS, **TABLES)
