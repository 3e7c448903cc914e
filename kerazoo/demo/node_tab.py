"""Classes of the nodes of a graph."""

from kerazoo.demo.bars import bars
from kerazoo.demo.graph_drawing import draw_graph
from kerazoo.demo.graph_source import NamedGraph
from kerazoo.demo.graph_view import GraphViewTab
from kerazoo.demo.words import large
from kerazoo.demo.words import latency
from kerazoo.demo.words import note


class NodeTab(GraphViewTab):
    """Colours the nodes of a graph by their classes.

    Args:
        export, data_dir: See `Tab`.

    Example:

    ```python
    tab = NodeTab(exports["nodes"])
    graph = find_graph(tab.metadata)
    picture, answer, answered = tab.show(graph, 0, 33)
    ```
    """

    about = (
        "Each node has the colour of its predicted class. Click one to see how likely "
        "its classes are; add or remove an edge to see what changes."
    )
    other = "Other end of an edge"

    def show(
        self, graph: NamedGraph | None, node: int | None, other: int | None
    ) -> tuple[str, str, str]:
        if graph is None:
            return note("Upload the graph whose nodes are to be classified."), "", ""
        node = node or 0
        probabilities, seconds = self.run(graph)
        classes, names = probabilities.argmax(axis=-1), self.metadata["class_names"]
        picture = draw_graph(
            graph.graph,
            self.places(graph, node),
            graph.names,
            classes,
            names,
            [node],
        )
        answer = large(f"{graph.names[node]}: {names[classes[node]]}")
        answer += bars(names, probabilities[node], as_shares=True)
        return picture, answer, latency(seconds)
