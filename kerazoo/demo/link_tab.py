"""Links that a graph may have."""

import itertools

import numpy as np

from kerazoo.demo.graph_drawing import draw_graph
from kerazoo.demo.graph_source import NamedGraph
from kerazoo.demo.graph_view import GraphViewTab
from kerazoo.demo.table import table
from kerazoo.demo.words import large
from kerazoo.demo.words import latency
from kerazoo.demo.words import note

_MOST = 5  # New links that are proposed.
_LARGEST = 20_000  # Pairs of one request.


class LinkTab(GraphViewTab):
    """Says how likely two nodes are linked, and which new links are likeliest.

    Args:
        export, data_dir: See `Tab`.

    Example:

    ```python
    tab = LinkTab(exports["links"])
    graph = find_graph(tab.metadata)
    picture, answer, answered = tab.show(graph, 0, 33)
    ```
    """

    about = (
        "How likely two nodes are linked. Click a node to see its likeliest new links, "
        "as dashed lines."
    )
    other = "Other node"

    def show(
        self, graph: NamedGraph | None, node: int | None, other: int | None
    ) -> tuple[str, str, str]:
        if graph is None:
            return note("Upload the graph whose links are to be predicted."), "", ""
        node, num_nodes = node or 0, graph.graph.num_nodes
        other = num_nodes - 1 if other is None else other
        others = np.setdiff1d(np.arange(num_nodes), [node])[:_LARGEST]
        targets = np.append(others, other)
        pairs = np.stack([np.full_like(targets, node), targets], axis=1)
        found, seconds = self.run(graph, pairs=pairs.astype(np.int32))
        order = np.argsort(-found[:-1], kind="stable")
        unlinked = (i for i in order if not graph.has_edge(node, int(others[i])))
        new = [
            (int(others[i]), float(found[i])) for i in itertools.islice(unlinked, _MOST)
        ]
        picture = draw_graph(
            graph.graph,
            self.places(graph, node),
            graph.names,
            selected=[node, other],
            dashed=[(node, one) for one, _ in new],
        )
        linked = "linked" if graph.has_edge(node, other) else "not linked"
        best = f"{graph.names[node]}, {graph.names[other]}: {found[-1]:.1%}"
        rows = [[graph.names[one], f"{share:.1%}"] for one, share in new]
        columns = [f"new link of {graph.names[node]}", "probability"]
        answer = large(best) + note(f"In this graph they are {linked}.")
        return picture, answer + table(columns, rows), latency(seconds)
