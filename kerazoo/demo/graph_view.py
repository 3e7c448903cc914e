"""What the parts of the page that have one graph show of it."""

import time
import typing

import gradio
import numpy as np

from kerazoo.demo.answering import answering
from kerazoo.demo.answering import in_one_line
from kerazoo.demo.graph_drawing import ON_LOAD
from kerazoo.demo.graph_drawing import nodes_around
from kerazoo.demo.graph_drawing import place_nodes
from kerazoo.demo.graph_source import NamedGraph
from kerazoo.demo.graph_source import find_graph
from kerazoo.demo.graph_source import read_uploaded
from kerazoo.demo.tab import Tab
from kerazoo.demo.words import note


class GraphViewTab(Tab):
    """Base class of the parts of the page that ask about the nodes of one graph.

    The graph is the one of training where it is at hand, or is uploaded. A subclass has
    `show`.

    Args:
        export, data_dir: See `Tab`.

    Attributes:
        other: What the second node is called.
    """

    other: typing.ClassVar[str] = ""

    def warm_up(self) -> None:
        self.show(self.find()[0], None, None)

    def show(
        self, graph: NamedGraph | None, node: int | None, other: int | None
    ) -> tuple[str, str, str]:
        """Returns the drawn graph, the answer and how long it took.

        Args:
            graph: The graph; None where there is none yet.
            node, other: Numbers of the chosen nodes.
        """
        raise NotImplementedError

    def draw(self, page: gradio.Blocks) -> None:
        graph, problem = self.find()
        choices = _choices(graph)
        state = gradio.State(graph)
        with gradio.Row():
            with gradio.Column(scale=3):
                picture = gradio.HTML(js_on_load=ON_LOAD)
            with gradio.Column(scale=2):
                with gradio.Row():
                    node = gradio.Dropdown(
                        choices, value=0 if choices else None, label="Node"
                    )
                    other = gradio.Dropdown(
                        choices,
                        value=len(choices) - 1 if choices else None,
                        label=self.other,
                    )
                with gradio.Row():
                    change = gradio.Button("Add or remove the edge between them")
                    reset = gradio.Button("Graph as it was")
                answer, answered = gradio.HTML(), gradio.HTML()
                with gradio.Accordion("Another graph", open=graph is None):
                    if problem:
                        gradio.HTML(note(problem))
                    files = gradio.File(
                        label="nodes.csv and edges.csv, with the columns of training",
                        file_count="multiple",
                        file_types=[".csv"],
                        height=120,
                    )
        original = gradio.State(graph)
        asked, outputs = [state, node, other], [picture, answer, answered]
        show = answering(self.show)
        page.load(show, asked, outputs, show_progress="hidden")
        node.input(show, asked, outputs)
        other.input(show, asked, outputs)
        picture.select(_clicked, None, node).then(show, asked, outputs)
        change.click(answering(_changed), [state, node, other], state).success(
            show, asked, outputs
        )
        reset.click(lambda graph: graph, original, state).then(show, asked, outputs)
        files.upload(
            answering(self.upload), files, [state, original, node, other]
        ).success(show, asked, outputs)

    def find(self) -> tuple[NamedGraph | None, str]:
        """Returns the graph that is at hand, or None and why it cannot be used."""
        try:
            return find_graph(self.metadata, self.data_dir), ""
        except (OSError, ValueError) as error:
            return None, in_one_line(error)

    def upload(self, files: list[str]) -> tuple[NamedGraph, NamedGraph, dict, dict]:
        """Reads a graph, and has its nodes to choose from.

        Args:
            files: Paths of `nodes.csv` and `edges.csv`.

        Raises:
            ValueError: If they are not as in training.
        """
        graph = read_uploaded(files, self.metadata)
        self.predictor.check(graph.graph)
        choices = _choices(graph)
        first, last = (
            gradio.update(choices=choices, value=value)
            for value in (0, len(choices) - 1)
        )
        return graph, graph, first, last

    def run(self, graph: NamedGraph, **inputs: np.ndarray) -> tuple[np.ndarray, float]:
        """Returns the probabilities and how many seconds they took.

        Args:
            graph: The graph.
            **inputs: What else the model takes.

        Raises:
            ValueError: If the graph has not the features of training.
        """
        self.predictor.check(graph.graph)
        start = time.perf_counter()
        found = self.predictor.run(graph.graph, **inputs)["probabilities"]
        return found, time.perf_counter() - start

    def places(self, graph: NamedGraph, node: int) -> dict[int, tuple[float, float]]:
        """Returns where nodes are drawn; a small graph keeps its places.

        Args:
            graph: The graph.
            node: The chosen node.
        """
        nodes = nodes_around(graph.graph, node)
        if len(nodes) < graph.graph.num_nodes:
            return place_nodes(graph.graph, nodes)
        key = tuple(graph.names)
        if self._placed is None or self._placed[0] != key:
            self._placed = key, place_nodes(graph.graph, nodes)
        return self._placed[1]

    _placed: tuple[tuple[str, ...], dict[int, tuple[float, float]]] | None = None


def _choices(graph):
    return [] if graph is None else [(name, i) for i, name in enumerate(graph.names)]


def _clicked(event: gradio.SelectData) -> int:
    return event.index


def _changed(graph, node, other):
    if graph is None or node is None or other is None:
        raise ValueError("Choose two nodes.")
    return graph.with_edge_changed(node, other)
