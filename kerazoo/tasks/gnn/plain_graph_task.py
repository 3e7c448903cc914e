"""What the tasks that learn from the graph itself, not from labels, have in common."""

import dataclasses
import json
import pathlib

from kerazoo.data.graphs.edge_files import is_edge_list
from kerazoo.data.graphs.edge_list import edge_list
from kerazoo.data.graphs.node_dataset import NodeDataset
from kerazoo.tasks.gnn.one_graph_task import OneGraphTask
from kerazoo.training.base_task import free


@dataclasses.dataclass
class PlainGraphTask(OneGraphTask):
    """Base class of the tasks that learn from an undirected graph without labels.

    Args:
        dataset: As of `kerazoo.tasks.gnn.one_graph_task.OneGraphTask`, or the name of
            a file of edges in `data_dir`, see `kerazoo.data.graphs.edge_list`.
        labels_file: Name of a file of the nodes' classes in `data_dir`, for a file of
            edges. Measures alone see them.

    Attributes:
        node_names: Names of the nodes, of which requests ask.
    """

    labels_file: str | None = free(None)

    @property
    def name(self) -> str:
        is_file = isinstance(self.dataset, str) and is_edge_list(self.dataset)
        name = super().name
        if is_file:
            name = pathlib.PurePath(name).name.partition(".")[0]
        return f"{name}_{self.kind}"

    def files(self) -> dict[str, bytes]:
        """Returns the names of the nodes, for what asks an export by them."""
        return {"nodes.json": json.dumps(self.node_names, ensure_ascii=False).encode()}

    def read_nodes(self, seed: int, directed: bool = False) -> NodeDataset:
        found = super().read_nodes(seed, directed)
        names = found.node_names
        if names is None:
            names = [str(node) for node in range(found.graph.num_nodes)]
        self.node_names = names
        return found

    def load_nodes(self, name: str, seed: int, directed: bool) -> NodeDataset:
        if not is_edge_list(name):
            return super().load_nodes(name, seed, directed)
        folder = pathlib.Path(self.data_dir or "")
        labels = folder / self.labels_file if self.labels_file else None
        return edge_list(folder / name, labels, seed)
