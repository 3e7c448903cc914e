"""Flags of knowledge graphs: their model, what it learns by."""

from absl import flags

from apps.cli.parsers import keys_of
from apps.cli.sections import MODEL
from apps.cli.sections import TRAINING
from apps.cli.sections import section

DECODERS = keys_of("kerazoo.models.gnn.knowledge.decoders", "DECODERS")

section(MODEL)
flags.DEFINE_enum(
    "relational_encoder",
    "none",
    ["none", "rgcn", "comp_gcn"],
    "What makes the embeddings of entities that know their neighbours.",
)
flags.DEFINE_enum(
    "composition",
    "subtract",
    ["subtract", "multiply", "correlate"],
    "Of comp_gcn: how a relation changes what a neighbour says.",
)
flags.DEFINE_integer(
    "num_bases", 4, "Of rgcn: matrices that those of relations are mixed of.", 1
)
flags.DEFINE_boolean(
    "reciprocal", True, "Inverse relations have embeddings of their own."
)
flags.DEFINE_float(
    "margin", 9.0, "Of transe and rotate: score of a distance of 0.", lower_bound=0.0
)
section(TRAINING)
flags.DEFINE_enum(
    "triple_loss",
    "softmax",
    keys_of("kerazoo.models.gnn.knowledge.objectives", "OBJECTIVES"),
    "softmax: over all entities; self_adversarial: against drawn ones, the more the "
    "better they score.",
)
flags.DEFINE_integer(
    "tails_per_query",
    4,
    "Tails of one head and relation that share a row of a batch. More cost less: 8 "
    "train FB15k-237 in a third of the time of 1.",
    1,
)
flags.DEFINE_float(
    "triple_smoothing",
    0.0,
    "Of softmax: share of the target that all entities have.",
    0.0,
    0.99,
)
flags.DEFINE_integer(
    "corruptions", 64, "Of self_adversarial: entities drawn for each query.", 1
)
flags.DEFINE_float(
    "adversarial_temperature",
    1.0,
    "Of self_adversarial: how much more those that score well count; 0: the same.",
    0.0,
)
flags.DEFINE_float(
    "n3_weight",
    0.01,
    "Weight of the nuclear 3-norm of head, relation and tail.",
    lower_bound=0.0,
)
flags.DEFINE_enum(
    "triple_optimizer",
    "adagrad",
    keys_of("kerazoo.models.gnn.config.knowledge_training_config", "OPTIMIZERS"),
    "What takes the steps.",
)

NAMES = (
    *("relational_encoder", "composition", "num_bases", "reciprocal", "margin"),
    *("triple_loss", "tails_per_query", "triple_smoothing", "corruptions"),
    *("adversarial_temperature", "n3_weight", "triple_optimizer"),
)
