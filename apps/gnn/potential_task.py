"""The task of atoms in space, from flags."""

from apps.cli.checks import arguments
from apps.shared_flags import data
from apps.shared_flags import limits
from kerazoo.data.graphs.structure_loading import BUILT_IN


def potential_task():
    """Returns the task of the flags; imports TensorFlow."""
    from kerazoo.models.gnn import config
    from kerazoo.tasks import gnn

    return arguments(
        gnn.PotentialLearning,
        dataset=data.DATASET.value or BUILT_IN,
        encoder=arguments(config.PotentialConfig),
        training=arguments(config.TrainingConfig),
        limits=limits.request_limits(),
    )
