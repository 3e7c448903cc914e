"""The tasks of embeddings and communities, from flags."""

from absl import flags

from apps.cli.checks import arguments
from apps.cli.tasks import TASK
from apps.shared_flags import data
from apps.shared_flags import limits


def plain_graph_task():
    """Returns the task of the flags; imports TensorFlow."""
    from kerazoo.models.gnn import config
    from kerazoo.tasks import gnn

    more = {
        "dataset": data.DATASET.value or "karate_club",
        "encoder": arguments(config.EncoderConfig),
        "training": arguments(config.TrainingConfig),
        "limits": limits.request_limits(),
    }
    if TASK.value == "community":
        community = arguments(config.CommunityConfig)
        return arguments(gnn.CommunityDetection, community=community, **more)
    more["embedding"] = arguments(config.EmbeddingConfig)
    method = flags.FLAGS.embedding_method
    if method == "dgi":
        return arguments(gnn.InfomaxEmbedding, **more)
    if method == "grace":
        contrast = arguments(config.ContrastConfig)
        return arguments(gnn.ContrastiveEmbedding, contrast=contrast, **more)
    walks = arguments(config.WalkConfig)
    return arguments(gnn.WalkEmbedding, walks=walks, **more)
