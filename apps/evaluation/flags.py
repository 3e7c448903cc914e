"""Flags of the data that answers of an export are compared with."""

from absl import flags

from apps.cli.parsers import declare
from apps.cli.sections import DATA
from apps.cli.sections import section
from apps.gnn import flags as gnn_flags  # noqa: F401  Has the columns of molecules.
from apps.shared_flags import playing
from apps.transformer import flags as text_flags  # noqa: F401  Has those of texts.

section(DATA)
PART = flags.DEFINE_enum(
    "part",
    "test",
    ["test", "all"],
    "Of a model that answers. test: what training holds out, as far as the data tells; "
    "all: of data that the model has not seen.",
)
declare(playing.EPISODES)
COLUMNS = ("text_column", "label_column", "smiles_column", "target_column")
for name in COLUMNS:
    flags.declare_key_flag(name)

OF_TAKES = {  # What only models take that take this.
    "episodes": "observations",
    "label_column": "texts",
    "smiles_column": "graphs",
    "text_column": "texts",
}
DEFAULTS = {"smiles_column": None}
TEXTS = {
    "episodes": "Deep Q-network: episodes to play.",
    "label_column": "Texts: column of the labels, by name or number from 1.",
    "smiles_column": "Molecules: their column, by name or number from 1.",
    "target_column": "Molecules, nodes: column of what is right, by name or number.",
    "text_column": "Texts: their column, by name or number from 1.",
}
