"""Pictures of graphs, embeddings and predictions, as PNG."""

import io
from collections.abc import Sequence

import numpy as np

from kerazoo.data.graphs.graph import Graph

_LARGEST_DRAWN = 500  # Nodes; a larger graph is a ball of wool.
_LARGEST_EMBEDDED = 1_000  # Points of a t-SNE; more take many seconds.


def graph_picture(
    graph: Graph,
    classes: np.ndarray,
    class_names: Sequence[str] | None,
    node_names: Sequence[str] | None = None,
    marked: Sequence[int] | np.ndarray = (),
    seed: int = 0,
) -> bytes | None:
    """Draws a graph with its nodes coloured by class, or nothing if it is too large.

    Args:
        graph: The graph.
        classes: int `(N,)`. Predicted class of each node.
        class_names: Names of the classes, or None.
        node_names: Names of the nodes; None for their numbers.
        marked: int array. Nodes to draw with a heavy outline, the labelled ones.
        seed: Seed of the layout.

    Returns:
        bytes, a PNG, or None.
    """
    import networkx

    if graph.num_nodes > _LARGEST_DRAWN:
        return None
    drawing = networkx.Graph()
    drawing.add_nodes_from(range(graph.num_nodes))
    drawing.add_edges_from(zip(graph.source.tolist(), graph.target.tolist()))
    positions = networkx.spring_layout(drawing, seed=seed)
    figure, axes = _figure()
    colors = [_color(c) for c in classes]
    outline = np.isin(np.arange(graph.num_nodes), marked)
    names = node_names if node_names is not None else range(graph.num_nodes)
    networkx.draw_networkx(
        drawing,
        positions,
        ax=axes,
        node_color=colors,
        edgecolors="black",
        linewidths=np.where(outline, 3.0, 0.5).tolist(),
        edge_color="lightgray",
        labels=dict(enumerate(map(str, names))) if graph.num_nodes <= 100 else {},
        with_labels=graph.num_nodes <= 100,
        node_size=300 if graph.num_nodes <= 100 else 30,
        font_size=8,
    )
    _legend(axes, class_names)
    axes.set_axis_off()
    return _png(figure)


def embedding_picture(
    embeddings: np.ndarray,
    classes: np.ndarray,
    class_names: Sequence[str] | None,
    seed: int = 0,
) -> bytes | None:
    """Draws nodes or graphs in the plane by t-SNE, coloured by class.

    Args:
        embeddings: float `(N, U)`.
        classes: int `(N,)`, -1 where unknown.
        class_names: Names of the classes, or None.
        seed: Seed of the choice of points and of t-SNE.

    Returns:
        bytes, a PNG, or None for fewer than four points.
    """
    import threadpoolctl
    from sklearn.manifold import TSNE

    random = np.random.default_rng(seed)
    count = min(len(embeddings), _LARGEST_EMBEDDED)
    if count < 4:
        return None
    chosen = random.choice(len(embeddings), count, replace=False)
    perplexity = min(30.0, (count - 1) / 3)
    plane = TSNE(perplexity=perplexity, random_state=seed, init="random")
    with threadpoolctl.threadpool_limits(1):  # More threads wait for each other.
        points = plane.fit_transform(np.asarray(embeddings)[chosen])
    figure, axes = _figure()
    colors = [_color(c) for c in np.asarray(classes)[chosen]]
    axes.scatter(points[:, 0], points[:, 1], s=60 if count < 100 else 6, c=colors)
    _legend(axes, class_names)
    axes.set_axis_off()
    return _png(figure)


def regression_picture(
    targets: np.ndarray, predictions: np.ndarray, name: str
) -> bytes:
    """Draws predictions over targets, float `(B,)`, as a PNG in bytes."""
    figure, axes = _figure()
    axes.scatter(targets, predictions, s=12)
    both = np.concatenate([targets, predictions])
    ends = [both.min(), both.max()]
    axes.plot(ends, ends, color="gray", linewidth=1)
    axes.set_xlabel(f"{name}, measured")
    axes.set_ylabel(f"{name}, predicted")
    return _png(figure)


def _figure():
    from matplotlib.figure import Figure  # Without a display or global state.

    figure = Figure(figsize=(8, 6), layout="tight")
    return figure, figure.subplots()


def _color(index):
    import matplotlib

    if index < 0:
        return "lightgray"
    # The ten strong colours first, each of which is followed by its pale one.
    return matplotlib.colormaps["tab20"](2 * int(index) % 20 + int(index) // 10 % 2)


def _legend(axes, class_names):
    for i, name in enumerate(class_names or []):
        axes.scatter([], [], color=_color(i), label=str(name))
    if class_names and len(class_names) <= 20:
        # Beside the axes: within them it would lie over a node.
        beside = {"loc": "center left", "bbox_to_anchor": (1.0, 0.5)}
        axes.legend(**beside, borderaxespad=1.0, fontsize=8)


def _png(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100)
    return buffer.getvalue()
