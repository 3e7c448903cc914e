"""Flags of recommendation: its files, its model, what it learns by."""

from absl import flags

from apps.cli.parsers import keys_of
from apps.cli.sections import DATA
from apps.cli.sections import EVALUATION
from apps.cli.sections import MODEL
from apps.cli.sections import TRAINING
from apps.cli.sections import section

section(DATA)
flags.DEFINE_string(
    "user_column", None, "Column of the users, by name or number. Default: found."
)
flags.DEFINE_string(
    "item_column", None, "Column of the items, by name or number. Default: found."
)
flags.DEFINE_string(
    "time_column",
    None,
    "Column of the times, by name or number. Default: found, if there is one. Then the "
    "last item of each user is the test, and the one before is to choose by.",
)
flags.DEFINE_float(
    "test_share",
    0.2,
    "Share of each user's items to test, where the data have no test part or times.",
    0.0,
    0.99,
)
flags.DEFINE_float(
    "validation_share",
    0.0,
    "Share of each user's other items to choose the best weights by. 0: the last "
    "weights are kept.",
    0.0,
    0.99,
)
section(MODEL)
flags.DEFINE_enum(
    "similarity",
    "cosine",
    keys_of("kerazoo.models.gnn.recommender", "SIMILARITIES"),
    "How a user and an item are compared; cosine_training: the cosine in the loss, the "
    "product in the ranking.",
)
section(TRAINING)
flags.DEFINE_enum(
    "ranking_loss",
    "softmax",
    keys_of("kerazoo.models.gnn.config.recommender_config", "LOSSES"),
    "softmax: what a user took among all items; sampled_softmax: an item among those "
    "of the batch and drawn ones; bpr: an item above a drawn one.",
)
flags.DEFINE_float(
    "ranking_temperature", 0.2, "Scores are divided by it in the loss.", 1e-6
)
flags.DEFINE_integer(
    "ranking_negatives",
    0,
    "Of sampled_softmax: items drawn in each step, for the whole batch.",
    lower_bound=0,
)
flags.DEFINE_boolean(
    "in_batch_negatives",
    True,
    "Of sampled_softmax: items of a batch are negatives of each other.",
)
flags.DEFINE_float(
    "popularity_power",
    None,
    "The share of an item is multiplied by this power of how often it was taken, in "
    "the ranking; with softmax in the loss, too. Default: 1 with softmax and in-batch "
    "negatives, which divide by it, else 0.",
)
section(EVALUATION)
flags.DEFINE_integer(
    "ranking_cutoff",
    None,
    "Items of each user that are measured, K. Default: 20, or a quarter of the items "
    "where that is less.",
    lower_bound=1,
)

NAMES = (
    *("user_column", "item_column", "time_column", "test_share", "validation_share"),
    *("similarity", "ranking_loss", "ranking_temperature", "ranking_negatives"),
    *("in_batch_negatives", "popularity_power", "ranking_cutoff"),
)
