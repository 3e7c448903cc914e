"""Defaults of runs on molecules, whose bonds have features."""

import pathlib

from absl import flags

from apps.cli import run_flags
from apps.cli.launch import set_defaults
from kerazoo.data.graphs.loading import are_molecules
from kerazoo.runs.names import short_name

MOLECULE_DEFAULTS = {"architecture": "gine", "pooling": "mean", "readout": "mlp"}
# Of architectures that are read out after their last layer alone.
_READOUTS = {"attentive_fp": "attentive", "dmpnn": "mean"}
# Of version 0.1, whose runs go on as they are.
_BEFORE = {"architecture": "gin", "pooling": "sum", "readout": "jumping"}


def take_molecule_defaults():
    """Gives flags the defaults that suit molecules, where the dataset is some.

    A run that began with the former defaults keeps them.
    """
    dataset = flags.FLAGS.dataset
    if flags.FLAGS.task == "graph" and flags.FLAGS.architecture in _READOUTS:
        pooling = _READOUTS[flags.FLAGS.architecture]
        set_defaults({"pooling": pooling, "readout": "mlp"})
        return
    if flags.FLAGS.task != "graph" or not (dataset and are_molecules(dataset)):
        return
    noted = _noted_lines(dataset)
    set_defaults(
        {
            name: value
            for name, value in MOLECULE_DEFAULTS.items()
            if f"--{name}={_BEFORE[name]}" not in noted
        }
    )


def _noted_lines(dataset):
    """Returns the lines of the flagfile of the run, or of the first of several."""
    name = short_name(flags.FLAGS.run_name or pathlib.Path(dataset).stem)
    if flags.FLAGS.cross_validate:
        name = f"{name}_folds"
    folder = pathlib.Path(run_flags.WORKDIR.value or f"runs/gnn/{name}")
    files = [folder / "flags.txt", *sorted(folder.glob("*/flags.txt"))]
    for file in files:
        if file.is_file():
            return file.read_text(errors="replace").splitlines()
    return []
