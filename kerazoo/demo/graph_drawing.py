"""Graphs as pictures whose nodes can be clicked."""

import html
from collections.abc import Sequence

import numpy as np

from kerazoo.data.graphs.graph import Graph

# Okabe and Ito's colours, which people who do not see all colours tell apart.
COLORS = (
    *("#0072b2", "#e69f00", "#009e73", "#cc79a7"),
    *("#56b4e9", "#d55e00", "#f0e442", "#999999"),
)
_MOST = 120  # Nodes of a graph that is drawn whole.
_MOST_AROUND = 60  # Nodes of the part of a larger one.
_WIDTH, _HEIGHT, _MARGIN = 640, 460, 24
# Says which node was clicked, or chosen by a key.
ON_LOAD = """
const choose = (event) => {
  const node = event.target.closest("[data-node]")?.dataset.node;
  if (node) trigger("select", {index: Number(node), value: node});
};
element.addEventListener("click", choose);
element.addEventListener("keydown", (event) => {
  if (event.key === "Enter" || event.key === " ") choose(event);
});
"""


def nodes_around(graph: Graph, node: int) -> np.ndarray:
    """Returns all nodes of a small graph, and the nearest ones of a large one.

    Args:
        graph: The graph.
        node: Number of a node.

    Returns:
        int array, ascending, with `node`.
    """
    if graph.num_nodes <= _MOST:
        return np.arange(graph.num_nodes)
    found, last = {node}, np.array([node])
    while len(last):
        ends = np.concatenate(
            [
                graph.target[np.isin(graph.source, last)],
                graph.source[np.isin(graph.target, last)],
            ]
        )
        last = np.array([end for end in np.unique(ends).tolist() if end not in found])
        room = _MOST_AROUND - len(found)
        last = last[:room]
        found.update(last.tolist())
        if len(found) >= _MOST_AROUND:
            break
    return np.array(sorted(found))


def place_nodes(graph: Graph, nodes: np.ndarray) -> dict[int, tuple[float, float]]:
    """Returns where the nodes of a part of a graph are drawn, in pixels.

    Args:
        graph: The graph.
        nodes: Numbers of the nodes.
    """
    import networkx

    drawing = networkx.Graph()
    drawing.add_nodes_from(nodes.tolist())
    inside = np.isin(graph.source, nodes) & np.isin(graph.target, nodes)
    ends = graph.source[inside].tolist(), graph.target[inside].tolist()
    drawing.add_edges_from(zip(*ends))
    places = networkx.spring_layout(drawing, seed=0, iterations=100)
    points = np.array([places[node] for node in nodes.tolist()])
    low, high = points.min(axis=0), points.max(axis=0)
    shares = (points - low) / np.where(high > low, high - low, 1)
    sizes = np.array([_WIDTH, _HEIGHT]) - 2 * _MARGIN
    return {
        node: (float(x), float(y))
        for node, (x, y) in zip(nodes.tolist(), shares * sizes + _MARGIN)
    }


def draw_graph(
    graph: Graph,
    places: dict[int, tuple[float, float]],
    names: Sequence[str],
    classes: np.ndarray | None = None,
    class_names: Sequence[str] = (),
    selected: Sequence[int] = (),
    dashed: Sequence[tuple[int, int]] = (),
) -> str:
    """Draws the nodes of a graph that have places, and the edges between them.

    Args:
        graph: The graph.
        places: Where each node is, see `place_nodes`.
        names: A name for each node of the graph.
        classes: int array `(N,)`, the class of each node; None for no classes.
        class_names: Names of the classes.
        selected: Nodes that are marked.
        dashed: Pairs of nodes with a dashed line between them.

    Returns:
        An SVG of HTML; its nodes have `data-node`, their number.
    """
    lines = {
        (min(pair), max(pair))
        for pair in zip(graph.source.tolist(), graph.target.tolist())
        if pair[0] != pair[1] and pair[0] in places and pair[1] in places
    }
    parts = [_line(places, pair, "edge") for pair in sorted(lines)]
    parts += [
        _line(places, pair, "new edge")
        for pair in dashed
        if pair[0] in places and pair[1] in places
    ]
    radius = 11 if len(places) <= 40 else 7
    for node, (x, y) in places.items():
        color = COLORS[0] if classes is None else COLORS[classes[node] % len(COLORS)]
        label = html.escape(str(names[node]))
        if classes is not None and len(class_names):
            label += f": {html.escape(str(class_names[classes[node]]))}"
        mark = " chosen" if node in selected else ""
        parts.append(
            f'<circle class="node{mark}" data-node="{node}" cx="{x:.1f}" '
            f'cy="{y:.1f}" r="{radius}" fill="{color}" tabindex="0" role="button" '
            f'aria-label="{label}"><title>{label}</title></circle>'
        )
        if len(places) <= 40:
            short = str(names[node]).rpartition(" ")[2][:3]
            parts.append(
                f'<text x="{x:.1f}" y="{y + 3.5:.1f}">{html.escape(short)}</text>'
            )
    legend = "".join(
        f'<span><i style="background: {COLORS[i % len(COLORS)]}"></i>'
        f"{html.escape(str(name))}</span>"
        for i, name in enumerate(class_names)
    )
    return (
        f'<div class="graph"><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="group" '
        f'aria-label="graph">{"".join(parts)}</svg>'
        f'<p class="legend">{legend}</p></div>'
    )


def _line(places, pair, kind):
    (x1, y1), (x2, y2) = places[pair[0]], places[pair[1]]
    return (
        f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" '
        f'y2="{y2:.1f}"/>'
    )
