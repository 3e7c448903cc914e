"""Flags of the tasks that learn from a graph itself: embeddings and communities."""

from absl import flags

from apps.cli.parsers import keys_of
from apps.cli.sections import DATA
from apps.cli.sections import EVALUATION
from apps.cli.sections import MODEL
from apps.cli.sections import TRAINING
from apps.cli.sections import section

_CONFIG = "kerazoo.models.gnn.config"


class _Shares(flags.ListParser):
    """Numbers between commas."""

    kind = syntactic_help = "two numbers from 0 to below 1, such as 0.2,0.4"

    def parse(self, argument):
        if isinstance(argument, (list, tuple)):
            return list(argument)
        try:
            found = [float(text) for text in super().parse(argument)]
        except ValueError:
            found = []
        if len(found) != 2 or not all(0 <= share < 1 for share in found):
            raise ValueError(
                "must be two numbers from 0 to below 1, one for each view, such as "
                "0.2,0.4"
            )
        return found


class _Serializer(flags.ArgumentSerializer):
    def serialize(self, value):
        return ",".join(map(str, value))


def _define_shares(name, default, help):
    flags.DEFINE(_Shares(), name, default, help, serializer=_Serializer())


section(DATA)
flags.DEFINE_string(
    "labels_file",
    None,
    "Name of a file in --data_dir of a node and its class in each line, for a "
    "--dataset that is a file of edges. Measures alone see them.",
)
section(MODEL)
flags.DEFINE_enum(
    "embedding_method",
    "grace",
    keys_of(f"{_CONFIG}.embedding_config", "EMBEDDING_METHODS"),
    "grace: tells nodes of two views of the graph, dgi: the graph from one with its "
    "features shuffled, node2vec: which nodes random walks meet.",
)
flags.DEFINE_integer(
    "projection_size", 64, "Of grace: hidden layer of the projection.", lower_bound=1
)
flags.DEFINE_integer(
    "num_communities",
    None,
    "Most communities that are told apart. Default: the square root of the number of "
    "nodes, at most 64.",
    lower_bound=2,
)
flags.DEFINE_boolean(
    "refine_communities",
    True,
    "Improves the learnt communities by greedy moves, those of the Louvain method.",
)
flags.DEFINE_float(
    "merge_gain",
    0.001,
    "Of these moves: communities merge where that raises modularity by more than this. "
    "Larger values keep small ones apart.",
    0.0,
)
section(TRAINING)
_define_shares(
    "edge_drop", [0.2, 0.4], "Of grace: shares of the edges that the two views lack."
)
_define_shares(
    "feature_drop",
    [0.3, 0.4],
    "Of grace: shares of the features that the two views lack.",
)
flags.DEFINE_float(
    "contrast_temperature", 0.4, "Of grace: cosines are divided by it.", 1e-3
)
flags.DEFINE_integer(
    "contrast_size",
    4_096,
    "Of grace: most nodes that are compared in a step; of more, drawn ones.",
    lower_bound=2,
)
flags.DEFINE_integer("walk_length", 20, "Of node2vec: steps of a walk.", lower_bound=1)
flags.DEFINE_integer(
    "walk_window",
    5,
    "Of node2vec: nodes met at most so many steps later belong together.",
    lower_bound=1,
)
flags.DEFINE_integer(
    "walk_negatives", 1, "Of node2vec: nodes drawn for each that is met.", lower_bound=1
)
flags.DEFINE_float(
    "return_parameter", 1.0, "p of node2vec: large values turn back less often.", 1e-6
)
flags.DEFINE_float(
    "in_out_parameter",
    1.0,
    "q of node2vec: above 1 walks stay near their start, below 1 they go outward.",
    1e-6,
)
flags.DEFINE_enum(
    "community_loss",
    "dmon",
    keys_of(f"{_CONFIG}.community_config", "COMMUNITY_LOSSES"),
    "dmon: modularity, and communities of like sizes; modularity: that alone.",
)
flags.DEFINE_float(
    "collapse_weight", 1.0, "Of dmon: weight of communities of like sizes.", 0.0
)
section(EVALUATION)
flags.DEFINE_float(
    "held_out_edges",
    None,
    "Share of the edges to measure embeddings by, which are not trained on. Default: 0 "
    "where nodes have classes, else 0.1.",
    0.0,
    0.5,
)
