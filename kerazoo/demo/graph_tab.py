"""Classes and values of whole graphs."""

import pathlib
import tempfile

import gradio
import numpy as np

from kerazoo.data.graphs.graph import Graph
from kerazoo.demo.answering import answering
from kerazoo.demo.bars import bars
from kerazoo.demo.graph_drawing import draw_graph
from kerazoo.demo.graph_drawing import place_nodes
from kerazoo.demo.tab import Tab
from kerazoo.demo.words import large
from kerazoo.demo.words import latency
from kerazoo.prediction.collection_inputs import read_graphs

_RING = 6


class GraphTab(Tab):
    """Draws a graph and says what a model finds of it.

    Args:
        export, data_dir: See `Tab`.

    Example:

    ```python
    tab = GraphTab(exports["graphs"])
    picture, best, probabilities, answered = tab.predict(tab.example())
    ```
    """

    about = (
        "A line for each node, as in the files of training: its tag, the number of its "
        "neighbours, the neighbours from 0, and attributes where nodes have some."
    )

    def warm_up(self) -> None:
        self.predict(self.example())

    def draw(self, page: gradio.Blocks) -> None:
        with gradio.Row():
            with gradio.Column(scale=2):
                text = gradio.Textbox(
                    self.example(), label="Nodes", lines=7, max_lines=20
                )
                button = gradio.Button("Predict", variant="primary")
            with gradio.Column(scale=3, elem_classes="answers"):
                outputs = [gradio.HTML() for _ in range(4)]
        button.click(answering(self.predict), text, outputs)

    def example(self) -> str:
        """Returns the lines of a ring of nodes with the first tag."""
        tag = self.metadata["inputs"]["node_tags"][0]
        return "\n".join(
            f"{tag} 2 {(i - 1) % _RING} {(i + 1) % _RING}" for i in range(_RING)
        )

    def predict(self, nodes: str) -> tuple[str, str, str, str]:
        """Draws a graph and asks the model about it.

        Args:
            nodes: Its nodes, a line each.

        Returns:
            Its picture, the class or the value, the probabilities of classes as bars,
            and how long it took.

        Raises:
            ValueError: If a line is not as it should be.
        """
        graph, tags = self._read(nodes)
        answer, _, seconds = self.ask(graph)
        names = self.metadata.get("class_names")
        if names is None:
            best, shares = f"value: {answer[0]['value']:.4g}", ""
        else:
            best = f"class {names[int(answer.argmax())]}"
            shares = bars(names, answer, as_shares=True)
        picture = draw_graph(
            graph,
            place_nodes(graph, np.arange(graph.num_nodes)),
            [f"node {i}" for i in range(graph.num_nodes)],
            tags,
            [f"tag {tag}" for tag in self.metadata["inputs"]["node_tags"]],
        )
        return picture, large(best), shares, latency(seconds)

    def _read(self, nodes: str) -> tuple[Graph, np.ndarray]:
        """Returns the graph, and the number of the tag of each node."""
        lines = [line for line in nodes.splitlines() if line.strip()]
        if not lines:
            raise ValueError("Type a line for each node first.")
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "nodes.txt")
            path.write_text("\n".join(["1", f"{len(lines)} 0", *lines]))
            try:
                (row,) = read_graphs(path, self.metadata["inputs"]).rows
            except ValueError as error:
                received = str(error).rpartition("Received: ")[2]
                raise ValueError(
                    "Expected a line `tag degree neighbours...` for each node, with "
                    f"neighbours from 0 to {len(lines) - 1}. Received: {received}"
                ) from None
        tags = self.metadata["inputs"]["node_tags"]
        one_hot = np.asarray(row.item.node_features)[:, : len(tags)]
        return row.item, one_hot.argmax(axis=-1)
