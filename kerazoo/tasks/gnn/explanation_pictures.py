"""The edges that mattered, as a picture."""

import numpy as np

from kerazoo.models.gnn.importances import Importances
from kerazoo.tasks.figures import label_of
from kerazoo.tasks.figures import make_figure
from kerazoo.tasks.figures import png_of
from kerazoo.tasks.gnn.explained_graph import ExplainedGraph

_MOST_EDGES = 150  # Of those that could matter, which are drawn in grey.


def edges_picture(
    named: ExplainedGraph,
    importances: Importances,
    numbers: np.ndarray,
    top_edges: int,
    centre: np.ndarray,
    title: str = "",
    seed: int = 0,
) -> bytes:
    """Draws the edges that matter most in red, those that could have in grey.

    Edges that speak against the answer are blue.

    Args:
        named: The graph.
        importances: Of its parts.
        numbers: int `(E,)`. The same number for both directions of an edge, -1 for
            edges that cannot matter, which are not drawn.
        top_edges: Number of coloured edges.
        centre: int array. Nodes whose answer it is, drawn larger.
        title: Above the picture.
        seed: Seed of the layout.

    Returns:
        bytes of a PNG.
    """
    import networkx

    graph = named.graph
    weights: dict[int, float] = {}
    ends = {}
    for edge in np.flatnonzero(numbers >= 0).tolist():
        number, own = int(numbers[edge]), float(importances.edges[edge])
        ends[number] = int(graph.source[edge]), int(graph.target[edge])
        if abs(own) >= abs(weights.get(number, 0.0)):
            weights[number] = own
    order = sorted(weights, key=lambda number: -abs(weights[number]))
    drawn, top = order[:_MOST_EDGES], order[:top_edges]
    drawing = networkx.Graph()
    drawing.add_nodes_from(map(int, centre))
    drawing.add_edges_from(ends[number] for number in drawn)
    positions = networkx.spring_layout(drawing, seed=seed)
    figure = make_figure(8, 6)
    axes = figure.subplots()
    axes.set_title(label_of(title, 80))
    networkx.draw_networkx_edges(
        drawing, positions, ax=axes, edge_color="lightgray", width=1.0
    )
    largest = max((abs(weights[number]) for number in top), default=1.0) or 1.0
    networkx.draw_networkx_edges(
        drawing,
        positions,
        ax=axes,
        edgelist=[ends[number] for number in top],
        edge_color=["tab:red" if weights[n] >= 0 else "tab:blue" for n in top],
        width=[1 + 4 * abs(weights[number]) / largest for number in top],
    )
    nodes = list(drawing)
    networkx.draw_networkx_nodes(
        drawing,
        positions,
        ax=axes,
        node_size=[500 if node in set(centre.tolist()) else 200 for node in nodes],
        node_color=[
            "gold" if node in set(centre.tolist()) else "white" for node in nodes
        ],
        edgecolors="black",
    )
    labels = {node: label_of(named.node_names[node], 12) for node in nodes}
    networkx.draw_networkx_labels(drawing, positions, labels, ax=axes, font_size=7)
    axes.set_axis_off()
    return png_of(figure)
