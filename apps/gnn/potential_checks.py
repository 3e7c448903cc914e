"""Which flags of atoms in space go together, and whether their file is there."""

import pathlib

from absl import flags

from apps.cli.checks import is_given
from apps.cli.errors import user_packages
from apps.gnn.potential_flags import POTENTIALS
from kerazoo.data.graphs.loading import are_molecules
from kerazoo.data.graphs.structure_loading import BUILT_IN
from kerazoo.data.graphs.structure_loading import check_first_structures
from kerazoo.data.graphs.structure_loading import check_structures
from kerazoo.data.graphs.structure_loading import is_structure_file

POTENTIAL_DEFAULTS = {
    "architecture": "painn",
    "batch_size": 16,
    "eval_every": 200,
    "hidden_size": 64,
    "learning_rate": 1e-3,
    "max_request_edges": 200_000,
    "max_request_nodes": 4_096,
    "num_layers": 3,
    "rate_halving_steps": 400,
    "train_steps": 1_500,
}
POTENTIAL_DATASET = (
    f"{BUILT_IN}, or a file in --data_dir: frames of extended XYZ (.xyz), SDF (.sdf) "
    f"or a table of SMILES, such as esol.csv. Default: {BUILT_IN}."
)
_MOST_NAMED = 5
_FIRST_ROWS = 100  # Of a table, to be looked at before all else.


def take_found_structures():
    """Refuses a folder where no file of it is named.

    Raises:
        ValueError: If `--data_dir` is given without `--dataset`.
    """
    values = flags.FLAGS
    if values.dataset or not values.data_dir:
        return
    folder = pathlib.Path(values.data_dir)
    if not folder.is_dir():
        what = "a file" if folder.is_file() else "nothing"
        raise ValueError(
            f"--data_dir={folder} must be a folder, and there is {what}; --dataset "
            "names a file of structures in it."
        )
    names = sorted(p.name for p in folder.glob("*") if is_structure_file(p.name))
    there = f" There is {', '.join(names[:_MOST_NAMED])}." if names else ""
    raise ValueError(
        f"--data_dir={folder} needs --dataset, a file of structures there.{there}"
    )


def check_potential():
    """Refuses flags that atoms in space do not take, and files that are not there.

    Raises:
        OSError: If the file is missing.
        ValueError: If there are such flags, or the file's first structures are not as
            they should be.
    """
    values = flags.FLAGS
    if values.architecture not in POTENTIALS:
        raise ValueError(
            f"--architecture={values.architecture} is not for --task=potential: use "
            f"one of {', '.join(POTENTIALS)}."
        )
    if values.pooling not in ("sum", "mean"):
        raise ValueError("--pooling must be sum or mean with --task=potential.")
    dataset = values.dataset or BUILT_IN
    if is_given("smiles_column") and not are_molecules(dataset):
        raise ValueError("--smiles_column goes with a table of SMILES.")
    if is_given("target_column") and dataset == BUILT_IN:
        raise ValueError(f"--target_column goes with a file, not with {BUILT_IN}.")
    check_structures(dataset, values.data_dir)
    path = pathlib.Path(values.data_dir or "", dataset)
    if is_structure_file(dataset):
        with user_packages("molecules"):
            check_first_structures(path, values.target_column)
    elif are_molecules(dataset):
        with user_packages("molecules"):
            from kerazoo.data.graphs.molecule_table import read_molecule_table

            read_molecule_table(
                path, values.smiles_column, values.target_column, first_rows=_FIRST_ROWS
            )
