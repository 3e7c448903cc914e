"""What can be known of a prediction before TensorFlow is imported."""

from absl.flags import FLAGS

from apps.cli import exports
from apps.cli.checks import is_given
from apps.prediction import flags

FAMILIES = ("transformer", "gnn", "dqn")
_OF_KINDS = {"smiles_column": ("graphs", "structures"), "text_column": ("texts",)}


def find_kind(version, metadata):
    """Returns what an export takes and answers.

    Args:
        version: Path of the export.
        metadata: dict of what was noted about it.

    Raises:
        ValueError: If it maps no inputs to answers.
    """
    from kerazoo.prediction import kinds

    family = metadata["family"]
    if family not in FAMILIES:
        raise ValueError(
            f"--saved_model={version} is a model of {family}, which makes images: use "
            "python -m apps.generate."
        )
    if metadata.get("task") == "speech":
        raise ValueError(
            f"--saved_model={version} takes sounds: use python -m apps.transcribe, or "
            "python -m apps.evaluate for its error rates."
        )
    try:
        return kinds.find_kind(metadata)
    except ValueError as error:
        raise ValueError(f"--saved_model={version}: {error}") from error


def find_export():
    """Returns version, metadata and kind of `--saved_model`.

    Raises:
        ValueError: If there is none, it maps no inputs to answers, or a flag has no
            meaning for it.
    """
    from kerazoo.prediction.kinds import check_top_k

    version, metadata = exports.find_export(*FAMILIES, others=("diffusion", "gan"))
    kind = find_kind(version, metadata)
    for name, takes in _OF_KINDS.items():
        if is_given(name) and kind.takes not in takes:
            raise ValueError(
                f"--{name} is for a model of {' or '.join(takes)}, and this one takes "
                f"{kind.takes}."
            )
    check_top_k(kind, metadata, flags.TOP_K.value)
    return version, metadata, kind


def find_output(kind):
    """Returns the format of the answers.

    Args:
        kind: What the export takes and answers.

    Raises:
        OSError: If `--output` cannot or may not be written.
        ValueError: If there is no `--input`, or the format cannot be told.
    """
    from kerazoo.prediction.writing import check_format
    from kerazoo.prediction.writing import check_output
    from kerazoo.prediction.writing import format_of

    if not flags.INPUT.value:
        raise ValueError("--input is missing: name a file or a folder, or - for stdin.")
    file_format = format_of(flags.OUTPUT.value, flags.FORMAT.value)
    check_format(file_format, kind.takes)
    check_output(flags.OUTPUT.value, flags.INPUT.value, flags.OVERWRITE.value)
    return file_format


def read_inputs(metadata):
    """Returns the rows of `--input`.

    Args:
        metadata: dict of what was noted about the export.

    Raises:
        OSError: If a file is missing.
        ValueError: If one is not as it should be.
    """
    from kerazoo.prediction.inputs import Columns
    from kerazoo.prediction.inputs import open_inputs

    columns = Columns(text_column=FLAGS.text_column, smiles_column=FLAGS.smiles_column)
    return open_inputs(metadata, flags.INPUT.value, columns)
