"""Flags of influence, and the task of them."""

from apps.cli.checks import arguments
from apps.gnn.influence_flags import NAMES
from apps.shared_flags import data
from apps.shared_flags import limits

OF_TASKS = dict.fromkeys(NAMES, ("influence",))
INFLUENCE_DEFAULTS = {
    "batch_size": 8,
    "eval_every": 20,
    "hidden_size": 32,
    "learning_rate": 0.003,
}


def make_influence():
    """Returns the task of the flags; imports TensorFlow."""
    from kerazoo.models.gnn import config
    from kerazoo.tasks import gnn

    return arguments(
        gnn.InfluenceMaximization,
        dataset=data.DATASET.value or "karate_club",
        influence=arguments(config.InfluenceConfig),
        training=arguments(config.TrainingConfig),
        limits=limits.request_limits(),
    )
