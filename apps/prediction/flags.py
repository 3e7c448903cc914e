"""Flags of `apps.predict`."""

from absl import flags

from apps.cli import exports
from apps.cli import run_flags
from apps.cli.parsers import adopt
from apps.cli.parsers import declare
from apps.cli.sections import DATA
from apps.cli.sections import RUN
from apps.cli.sections import section
from apps.gnn import flags as gnn_flags  # noqa: F401  Has the columns of molecules.
from apps.shared_flags.output import OUTPUT
from apps.transformer import flags as text_flags  # noqa: F401  Has those of texts.

section(DATA)
INPUT = flags.DEFINE_multi_string(
    "input",
    None,
    "File or folder of what the model takes; - for standard input. Texts, molecules: "
    "a .csv or .tsv file, any other has one per line. Images, sounds: files and "
    "folders. Nodes and links: a folder of nodes.csv and edges.csv, for links of "
    "pairs.csv, too. Observations: a .csv, .npy or .jsonl file. Structures: "
    "a .xyz or .sdf file, or molecules. Users: a table, any other file has one per "
    "line.",
)
section(RUN)
FORMAT = flags.DEFINE_enum(
    "format",
    None,
    ["csv", "tsv", "jsonl", "xyz"],
    "xyz: of structures. Default: as --output ends, else csv.",
)
OVERWRITE = flags.DEFINE_boolean(
    "overwrite", False, "Replaces an --output that is there."
)
TOP_K = flags.DEFINE_integer(
    "top_k",
    None,
    "How many classes or translations of each row, the best first. Default: the best, "
    "of classes with the probabilities of all.",
    lower_bound=1,
)
adopt(exports)
declare(OUTPUT)
declare(run_flags.BATCH_SIZE)
flags.declare_key_flag("text_column")
flags.declare_key_flag("smiles_column")

DEFAULTS = {"batch_size": 128, "smiles_column": None}
TABLES = {
    "texts": {
        "output": (
            "Writes the answers here; .csv, .tsv or .jsonl, of structures also .xyz. "
            "Default: standard output."
        ),
        "batch_size": "Rows that the model is asked about at a time.",
        "smiles_column": (
            "Column of the molecules in a .csv or .tsv file, its name or its number "
            "from 1. Default: that of training, or the one that holds SMILES."
        ),
        "text_column": (
            "Column of the texts in a .csv or .tsv file, its name or its number from "
            "1. Default: the one of a name such as text, sentence or review."
        ),
    },
    "headings": {"batch_size": RUN},
}
