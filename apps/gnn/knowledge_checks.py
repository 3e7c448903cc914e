"""Which flags of knowledge graphs go together, and whether their files are there."""

from absl import flags

from apps.cli.checks import arguments
from apps.cli.checks import check_owners
from apps.cli.checks import is_given
from apps.cli.launch import set_defaults
from apps.gnn.knowledge_flags import DECODERS
from apps.gnn.knowledge_flags import NAMES
from apps.shared_flags import limits
from kerazoo.data.graphs.triple_loading import TRIPLE_DATASETS
from kerazoo.data.graphs.triple_loading import check_triples

KNOWLEDGE_DEFAULTS = {
    "batch_size": 128,
    "decoder": "complex",
    "dropout": 0.0,
    "eval_every": 50,
    "learning_rate": 0.1,
    "train_steps": 150,
}
KNOWLEDGE_DATASET = (
    f"{', '.join(TRIPLE_DATASETS)}, the last for train.txt, valid.txt and test.txt of "
    "head, relation and tail in --data_dir, for a tar of them, or for one file of all; "
    "taken where --data_dir is given. Default: family_tree."
)
OF_TASKS = dict.fromkeys(NAMES, ("knowledge_graph",))
_OF_FLAGS = {  # A flag that decides: what only some of its values take.
    "decoder": {"margin": ("transe", "rotate")},
    "relational_encoder": {
        "composition": ("comp_gcn",),
        "export_dtype": ("none",),
        "num_bases": ("rgcn",),
        "num_layers": ("rgcn", "comp_gcn"),
    },
    "triple_loss": {
        "adversarial_temperature": ("self_adversarial",),
        "corruptions": ("self_adversarial",),
        "triple_smoothing": ("softmax",),
    },
}
_ADAM_RATE = 0.01


def take_found_triples():
    """Takes the triples of `--data_dir` where no `--dataset` is given."""
    values = flags.FLAGS
    if not values.dataset:
        set_defaults({"dataset": "triples" if values.data_dir else "family_tree"})
    if values.triple_optimizer == "adam":
        set_defaults({"learning_rate": _ADAM_RATE})


def check_knowledge_graph():
    """Refuses flags that do not go together, and files that are not there.

    Raises:
        OSError: If a file is missing.
        ValueError: If there are such flags, or no dataset of that name.
    """
    values = flags.FLAGS
    check_decoder(DECODERS, "knowledge_graph")
    for choice, owners in _OF_FLAGS.items():
        check_owners(choice, owners)
    if values.relational_encoder == "comp_gcn":
        if values.decoder == "rotate":
            raise ValueError(
                "--relational_encoder=comp_gcn makes relations as wide as entities, "
                "and goes with another --decoder than rotate."
            )
        if not values.reciprocal:
            raise ValueError(
                "--relational_encoder=comp_gcn makes inverse relations itself, and "
                "does not go with --noreciprocal."
            )
    if values.decoder in ("complex", "rotate") and values.embedding_size % 2:
        raise ValueError(
            f"--embedding_size={values.embedding_size} must be even with --decoder="
            f"{values.decoder}, whose numbers are complex."
        )
    if values.dataset == "family_tree" and is_given("data_dir"):
        raise ValueError("--data_dir goes with --dataset=triples.")
    check_triples(values.dataset, values.data_dir)


def check_decoder(known, task):
    """Refuses decoders of another task.

    Args:
        known: Names of the decoders of the task.
        task: str. Name of the task.

    Raises:
        ValueError: If `--decoder` is none of them.
    """
    value = flags.FLAGS.decoder
    if value not in known:
        raise ValueError(
            f"--decoder={value} is not for --task={task}: use one of "
            f"{', '.join(known)}."
        )


def make_completion():
    """Returns the task of the flags; imports TensorFlow."""
    from kerazoo.models.gnn import config
    from kerazoo.tasks import gnn

    return arguments(
        gnn.KnowledgeGraphCompletion,
        knowledge=arguments(config.KnowledgeConfig),
        training=arguments(config.KnowledgeTrainingConfig),
        limits=limits.request_limits(),
    )
