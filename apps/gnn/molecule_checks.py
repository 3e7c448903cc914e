"""What goes together of the flags of whole graphs."""

import importlib.util
import pathlib

from absl import flags

from apps.cli.checks import is_given
from apps.cli.errors import UserError
from kerazoo.data.graphs.loading import are_molecules

# What only whole graphs take.
OF_GRAPHS = (
    *("ensemble", "pooling_steps", "readout_layers", "split_column", "split_file"),
    *("split_seed", "train_rows"),
)
_FIRST_ROWS = 100  # Of a file of molecules, to be looked at before all else.


def check_graph_flags():
    """Refuses flags of whole graphs that do not go together.

    Raises:
        OSError: If a file of a split is missing.
        ValueError: If there are such flags.
    """
    values = flags.FLAGS
    has_one_output = values.architecture in ("dmpnn", "attentive_fp")
    if has_one_output and values.readout == "jumping":
        raise ValueError(
            f"--architecture={values.architecture} has one output: use --readout=mlp."
        )
    if is_given("readout_layers") and values.readout != "mlp":
        raise ValueError("--readout_layers goes with --readout=mlp.")
    if is_given("pooling_steps") and values.pooling != "attentive":
        raise ValueError("--pooling_steps goes with --pooling=attentive.")
    if values.ensemble and values.num_seeds < 2:
        raise ValueError("--ensemble goes with --num_seeds of 2 or more.")
    if values.ensemble and values.strategy == "multi_worker":
        raise ValueError("--ensemble goes with the devices of one machine.")
    _check_split()


def split_seed():
    """Returns the seed of the split, the same for all models of an ensemble."""
    values = flags.FLAGS
    if values.ensemble and values.split_seed is None:
        return values.seed
    return values.split_seed


def check_molecules():
    """Refuses a file of molecules whose first rows cannot be read.

    Raises:
        OSError: If it cannot be read.
        UserError: If RDKit is missing.
        ValueError: If its columns cannot be told.
    """
    if importlib.util.find_spec("rdkit") is None:
        raise UserError(
            "rdkit is not installed: molecules need pip install 'kerazoo[molecules]', "
            "in a clone pip install '.[molecules]'."
        )
    from kerazoo.data.graphs.molecule_table import read_molecule_table

    values = flags.FLAGS
    read_molecule_table(
        pathlib.Path(values.data_dir or "", values.dataset),
        values.smiles_column,
        values.target_column,
        first_rows=_FIRST_ROWS,
    )


def _check_split():
    values = flags.FLAGS
    by_rows = values.split_file is not None or values.split_column is not None
    if is_given("train_rows") and not by_rows:
        raise ValueError("--train_rows goes with --split_file or --split_column.")
    if not by_rows:
        return
    for name in ("split", "fold", "cross_validate", "split_seed"):
        if is_given(name):
            raise ValueError(f"--{name} does not go with --split_file or its column.")
    if values.split_file is not None:
        path = pathlib.Path(values.split_file)
        if not path.is_file():
            raise FileNotFoundError(
                f"--split_file={path} must be a table, and there is none."
            )
    elif not are_molecules(values.dataset):
        raise ValueError(
            "--split_column without --split_file goes with a file of molecules."
        )
