r"""Shows what an answer of a trained Transformer or graph network comes from.

    python -m apps.explain --saved_model=saved_models/transformer_reviews "a good film"
    python -m apps.explain --workdir=runs/transformer/digits --image=seven.png
    python -m apps.explain --workdir=runs/transformer/dates "3. Mai 1968"
    python -m apps.explain --saved_model=saved_models/gnn_karate_club --node=17
    python -m apps.explain --saved_model=saved_models/gnn_esol "CC(=O)O"

Of a class of a text or an image: how much of each token or patch is in the answer, by
the rollout of attention through all blocks, and the heads of the last block. Of a
translation: what each token that was written attended to in the source, block by block.
Attention says where information flows, not why an answer was given.

Of a node, a pair of nodes, a graph or a molecule: how much each edge, node and feature
matters, by gradients or by masks that are learnt, and how far the answer moves without
the edges that matter most, and with only these, beside edges drawn at random.

It writes a picture and prints the same as a line of JSON.
"""

import json
import operator

from apps.cli import errors
from apps.cli import exports
from apps.cli import run_flags
from apps.cli.launch import launch
from apps.cli.launch import set_defaults
from apps.cli.parsers import adopt
from apps.cli.parsers import declare
from apps.explanation import attention
from apps.explanation import flags as explanation_flags
from apps.explanation import graphs
from apps.explanation import model
from apps.generation import picture_flags
from apps.shared_flags import data

adopt(exports)
declare(run_flags.WORKDIR, picture_flags.IMAGE, picture_flags.PICTURE, data.DATA_DIR)
adopt(explanation_flags)

DEFAULTS = {"picture": "attention.png"}
TABLES: dict[str, dict | int] = {
    "texts": {
        "data_dir": "Folder of the graph's files, as in training.",
        "image": "File of an image, for a Transformer of images.",
        "picture": "Writes the picture here; .png. Of graphs explanation.png by "
        "default.",
        "workdir": "Folder of a run, in place of --saved_model.",
    },
    "words": 1,
}
_FAMILIES = {"gnn": graphs, "transformer": attention}


def main(*words):
    with errors.user_errors():
        path, name = model.find_model()
        family = _FAMILIES[name]
        if name == "gnn":
            set_defaults({"picture": "explanation.png"})
        family.check_flags(words)
        check_picture()
    picture, found = family.explain(path, words)
    with errors.user_errors():
        write(picture)
    print(json.dumps({**found, "picture": picture_flags.PICTURE.value}))


def check_picture():
    """Refuses a picture that cannot be written.

    Raises:
        ValueError: If it is none.
    """
    from kerazoo.runs.writable import check_file

    picture = picture_flags.PICTURE.value
    if not picture.endswith(".png"):
        raise ValueError(f"--picture={picture} must end in .png.")
    check_file(picture, "picture")


def write(picture):
    """Writes the picture."""
    from kerazoo.atomic_files import write_whole

    path = picture_flags.PICTURE.value
    write_whole(path, operator.methodcaller("write_bytes", picture))


if __name__ == "__main__":
    launch(main, DEFAULTS, **TABLES)
