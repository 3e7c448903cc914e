"""Flags of whole graphs: their pooling, their splits by files, ensembles."""

from absl import flags

from apps.cli.sections import DATA
from apps.cli.sections import EVALUATION
from apps.cli.sections import MODEL
from apps.cli.sections import section

section(MODEL)
flags.DEFINE_integer("pooling_steps", 2, "Steps of --pooling=attentive.", lower_bound=1)
flags.DEFINE_integer(
    "readout_layers", 1, "Hidden layers of --readout=mlp.", lower_bound=1
)
section(DATA)
flags.DEFINE_string(
    "split_file",
    None,
    "Table that says which rows of the data train and test: a word for each, train, "
    "validation or test; or numbers of rows, from 0, of which the first --train_rows "
    "train.",
)
flags.DEFINE_string(
    "split_column",
    None,
    "Column of --split_file, or without one of the dataset's own file, by name or "
    "number.",
)
flags.DEFINE_integer(
    "train_rows",
    None,
    "How many of the numbers of rows in --split_column train; the others test.",
    lower_bound=1,
)
flags.DEFINE_integer(
    "split_seed",
    None,
    "Seed of a random split. Default: --seed, of an ensemble its first one.",
    lower_bound=0,
)
section(EVALUATION)
ENSEMBLE = flags.DEFINE_boolean(
    "ensemble",
    False,
    "Exports the models of --num_seeds as one, which answers their mean and their "
    "deviation.",
)
