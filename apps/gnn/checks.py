"""Which flags of graph networks go together, and whether their graphs are there."""

from absl import flags

from apps.cli.checks import check_owners
from apps.cli.checks import is_given
from apps.cli.errors import user_packages
from apps.gnn import hetero_checks
from apps.gnn import influence_checks
from apps.gnn import knowledge_checks
from apps.gnn import recommend_checks
from apps.gnn.flags import CONVOLUTIONS
from apps.gnn.flags import LINK_DECODERS
from apps.gnn.molecule_checks import OF_GRAPHS
from apps.gnn.molecule_checks import check_graph_flags
from apps.gnn.molecule_checks import check_molecules
from apps.gnn.plain_graph_checks import OF_PLAIN_TASKS
from apps.gnn.plain_graph_checks import PLAIN_DATASET
from apps.gnn.plain_graph_checks import PLAIN_TASKS
from apps.gnn.plain_graph_checks import check_plain_graph
from apps.gnn.potential_checks import POTENTIAL_DATASET
from apps.gnn.potential_checks import check_potential
from kerazoo.data.graphs.loading import NODE_DATASETS
from kerazoo.data.graphs.loading import are_molecules
from kerazoo.data.graphs.loading import check_graph_dataset
from kerazoo.data.graphs.loading import check_node_dataset

_ATTENTION = ("gat", "gatv2", "transformer")
# Convolutions that take weights of edges.
_WEIGHTED = tuple(name for name in CONVOLUTIONS if name not in (*_ATTENTION, "gine"))
# What only some architectures take.
_OF_ARCHITECTURES = {
    "activation": (
        *(name for name in CONVOLUTIONS if name != "transformer"),
        "dmpnn",
    ),
    "attention_dropout": _ATTENTION,
    "drop_edge": _WEIGHTED,
    "filter_steps": ("sgc", "ssgc", "tag", "chebyshev", "arma"),
    "identity_decay": ("gcnii",),
    "jumping": tuple(CONVOLUTIONS),
    "normalization": tuple(CONVOLUTIONS),
    "num_heads": _ATTENTION,
    "output_heads": ("gat", "gatv2"),
    "propagation_steps": ("appnp",),
    "residual": tuple(CONVOLUTIONS),
    "self_connection": tuple(CONVOLUTIONS),
    "teleport": ("appnp", "gcnii", "ssgc"),
}
_OF_MOLECULES_TOO = ("dmpnn", "attentive_fp")  # No convolutions, yet for graphs.
_OF_MOLECULES = ("skip_invalid", "smiles_column", "target", "target_column")
_OF_ENCODERS = ("node", "link", "graph", "embed", "community")
# What only some tasks take.
OF_TASKS = {
    **dict.fromkeys(
        (
            *("activation", "attention_dropout", "drop_edge", "feature_normalization"),
            *("filter_steps", "hidden_weight_decay", "identity_decay", "normalization"),
            *("num_heads", "output_heads", "propagation_steps", "residual"),
            *("self_connection", "teleport"),
        ),
        _OF_ENCODERS,
    ),
    "architecture": (*_OF_ENCODERS, "potential", "recommend"),
    "directed": ("node", "influence"),
    "dropout": (*_OF_ENCODERS, "knowledge_graph"),
    "export_dtype": (*_OF_ENCODERS, "influence", "knowledge_graph", "potential"),
    "hidden_size": (*_OF_ENCODERS, "influence", "potential"),
    "target_column": (*_OF_ENCODERS, "potential"),
    "weight_decay": (*_OF_ENCODERS, "recommend"),
    "cross_validate": ("graph",),
    "cutoff": ("potential",),
    "decoder": ("link", "knowledge_graph"),
    "descriptors": ("graph",),
    "embedding_size": ("link", "embed", "knowledge_graph", "recommend"),
    "envelope": ("potential",),
    "fanouts": ("node",),
    "fold": ("graph",),
    "jumping": ("node", "link"),
    "force_weight": ("potential",),
    "num_radial": ("potential",),
    "objective": ("node",),
    "pooling": ("graph", "potential"),
    "radial_basis": ("potential",),
    "readout": ("graph",),
    "readout_dropout": ("graph",),
    "split": ("graph",),
    **OF_PLAIN_TASKS,
    **dict.fromkeys(OF_GRAPHS, ("graph",)),
    "skip_invalid": ("graph",),
    "smiles_column": ("graph", "potential"),
    "target": ("graph",),
    **knowledge_checks.OF_TASKS,
    **recommend_checks.OF_TASKS,
    **hetero_checks.OF_TASKS,
    **influence_checks.OF_TASKS,
}

# What `--helpshort` says of --dataset.
_OF_NODES = (
    f"{', '.join(NODE_DATASETS)}, the last for nodes.csv and edges.csv in --data_dir, "
    "taken where they are there. Default: karate_club."
)
DATASETS = {
    "node": f"{_OF_NODES} Or {hetero_checks.SAMPLES_DATASET}",
    "link": _OF_NODES,
    "graph": (
        "A file of molecules, such as esol.csv, or a collection of graphs, such as "
        "MUTAG, in --data_dir."
    ),
    "embed": PLAIN_DATASET,
    "community": PLAIN_DATASET,
    "influence": PLAIN_DATASET,
    "potential": POTENTIAL_DATASET,
    "knowledge_graph": knowledge_checks.KNOWLEDGE_DATASET,
    "recommend": recommend_checks.DATASET,
}


def check_flags():
    """Refuses flags that do not go together, and graphs that are not there.

    Raises:
        OSError: If a file is missing.
        ValueError: If there are such flags, or no dataset of that name.
    """
    values = flags.FLAGS
    if values.jit_compile:
        raise ValueError(
            "--jit_compile does not go with graph networks: XLA has no sparse products."
        )
    check_owners("task", OF_TASKS)
    check_owners("architecture", _OF_ARCHITECTURES)
    if values.directed and values.dataset not in ("tables", hetero_checks.SAMPLES):
        raise ValueError("--directed goes with --dataset=tables.")
    if values.task == "potential":
        check_potential()
    elif values.task == "knowledge_graph":
        knowledge_checks.check_knowledge_graph()
    elif values.task == "recommend":
        recommend_checks.check_recommendation()
    elif values.task == "graph":
        _check_graphs()
    else:
        if values.task == "link":
            knowledge_checks.check_decoder(LINK_DECODERS, "link")
        _check_nodes()


def _check_nodes():
    values = flags.FLAGS
    if hetero_checks.is_hetero():
        hetero_checks.check_hetero()
        return
    hetero_checks.refuse_node_set()
    if is_given("target_column") and values.dataset != "tables":
        raise ValueError(
            "--target_column goes with --task=graph and a file of molecules, or with "
            "--dataset=tables."
        )
    if values.task in (*PLAIN_TASKS, "influence"):
        check_plain_graph()
    else:
        check_node_dataset(values.dataset or "karate_club", values.data_dir)
    if values.dataset == "tables":
        with user_packages("gnn"):
            from kerazoo.data.graphs.graph_tables import check_graph_tables

        check_graph_tables(values.data_dir, values.target_column)


def _check_graphs():
    values = flags.FLAGS
    architectures = (*CONVOLUTIONS, *_OF_MOLECULES_TOO)
    if values.architecture not in architectures:
        raise ValueError(
            f"--architecture={values.architecture} is not for --task=graph: use one of "
            f"{', '.join(architectures)}."
        )
    check_graph_flags()
    for name in _OF_MOLECULES:
        if is_given(name) and not are_molecules(values.dataset):
            raise ValueError(f"--{name} goes with a file of molecules.")
    if is_given("descriptors") and values.readout != "mlp":
        raise ValueError("--descriptors goes with --readout=mlp.")
    if values.cross_validate and is_given("fold"):
        raise ValueError("--cross_validate trains on all folds, without --fold.")
    if values.cross_validate and values.num_seeds > 1:
        raise ValueError("--cross_validate goes with --num_seeds=1.")
    check_graph_dataset(values.dataset, values.data_dir)
    if are_molecules(values.dataset):
        check_molecules()
