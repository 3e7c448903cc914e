r"""Our side of the comparisons of graph networks, see `benchmarks.gnn`.

    python -m benchmarks.gnn_step epoch
    python -m benchmarks.gnn_step propagation adjacency|edges NODES EDGES FEATURES
    python -m benchmarks.gnn_step growth EDGES

The environment variable `T` is the number of threads, 0 for TensorFlow's choice. Prints
milliseconds as JSON; for `growth` a list of them, the megabytes of the process before
it has a graph, and the most it ever held.
"""

import json
import sys

from apps.cli import errors
from benchmarks.processes import peak_megabytes

with errors.heavy_imports("gnn", legacy_keras=True):
    import numpy as np
    import tensorflow as tf
    from scipy import sparse

    from benchmarks.step_timing import many_steps
    from benchmarks.step_timing import median_seconds
    from benchmarks.step_timing import use_threads
    from kerazoo.data.graphs.both_directions import both_directions
    from kerazoo.data.graphs.graph import Graph
    from kerazoo.data.graphs.node_dataset import NodeDataset
    from kerazoo.layers import EdgeMatrix
    from kerazoo.models.gnn import AdjacencyMatrix
    from kerazoo.models.gnn import EncoderConfig
    from kerazoo.models.gnn import TrainingConfig
    from kerazoo.tasks.gnn import NodeClassification

_NUM_CLASSES = 7


def epoch():
    """Returns processor milliseconds of a step on random data of Cora's size."""
    random = np.random.default_rng(0)
    features = (random.random((2_708, 1_433)) < 0.0127).astype("float32")
    features /= np.maximum(features.sum(axis=1, keepdims=True), 1)
    graph = random_graph(random, sparse.csr_array(features), num_edges=10_556)
    step = training_step(random, graph, num_train=140, weight_decay=5e-4)
    _, processor = milliseconds(step, repeats=5, steps=40)
    return processor


def propagation(kind, num_nodes, num_edges, width):
    """Returns milliseconds of a product with the matrix and of its gradient."""
    random = np.random.default_rng(0)
    ends = random.integers(0, num_nodes, (2, num_edges)).astype("int32")
    weights = random.random(num_edges, "float32")
    matrix = {"adjacency": AdjacencyMatrix, "edges": EdgeMatrix}[kind](
        *ends, weights, num_nodes
    )
    x, upstream = tf.random.normal((2, num_nodes, width), seed=0)

    @tf.function
    def forward_and_backward():
        with tf.GradientTape() as tape:
            tape.watch(x)
            product = matrix @ x
        gradient = tape.gradient(product, x, upstream)
        return product, tf.convert_to_tensor(gradient)  # Gathered rows, added up.

    def run(steps):
        for _ in range(steps):
            forward_and_backward()[1].numpy()

    wall, _ = milliseconds(run, repeats=20, steps=1)
    return wall


def growth(num_edges, degree=20, width=64):
    """Returns milliseconds of a step, and megabytes before the graph and at most."""
    before = peak_megabytes()
    random = np.random.default_rng(0)
    features = random.random((num_edges // degree, width), "float32")
    graph = random_graph(random, features, num_edges)
    step = training_step(random, graph, num_train=graph.num_nodes - 1)
    steps = max(2_000_000 // num_edges, 2)
    wall, _ = milliseconds(step, repeats=5, steps=steps)
    return wall, before, peak_megabytes()


def random_graph(random, features, num_edges):
    """Returns an undirected graph, each of whose edges counts both ways."""
    ends = random.integers(0, features.shape[0], (2, num_edges))
    source, target, _ = both_directions(*ends[:, ends[0] != ends[1]])
    chosen = random.permutation(np.flatnonzero(source < target))[: num_edges // 2]
    source, target = source[chosen], target[chosen]
    return Graph(features, np.append(source, target), np.append(target, source))


def training_step(random, graph, num_train, weight_decay=0.0):
    """Returns a function that trains a 2-layer GCN of 16 units for so many steps."""
    nodes = np.arange(graph.num_nodes)
    labels = random.integers(0, _NUM_CLASSES, graph.num_nodes)
    splits = nodes[:num_train], nodes[:0], nodes[num_train:]
    dataset = NodeDataset("random", graph, labels, _NUM_CLASSES, *splits)
    task = NodeClassification(
        dataset,
        encoder=EncoderConfig("gcn", hidden_size=16, num_layers=2, dropout=0.5),
        training=TrainingConfig(learning_rate=0.01, weight_decay=weight_decay),
    )
    task.build(tf.distribute.get_strategy(), train_steps=0, seed=0)
    return many_steps(lambda _: task.train_step())


def milliseconds(run, repeats, steps):
    """Returns the median times of a step, compilation excluded.

    Args:
        run: Function of a number of steps, which takes them.
        repeats: int. Number of its calls.
        steps: int. Steps of a call.

    Returns:
        float `(2,)`, wall-clock and processor milliseconds.
    """
    run(min(steps, 10))
    return 1e3 * median_seconds(repeats, run, steps) / steps


def main(part, *arguments):
    use_threads()
    numbers = [int(a) if a.isdigit() else a for a in arguments]
    parts = {"epoch": epoch, "propagation": propagation, "growth": growth}
    print(json.dumps(parts[part](*numbers)))


if __name__ == "__main__":
    main(*sys.argv[1:])
