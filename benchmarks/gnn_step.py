r"""Our side of the comparisons of graph networks, see `benchmarks.gnn`.

    python -m benchmarks.gnn_step epoch
    python -m benchmarks.gnn_step propagation adjacency|edges NODES EDGES FEATURES
    python -m benchmarks.gnn_step growth EDGES

The environment variable `T` is the number of threads, 0 for TensorFlow's choice. Prints
milliseconds as JSON; for `growth` a list of them, the megabytes of the process before
it has a graph, and the most it ever held.
"""

import json
import os
import resource
import sys
import time

from apps import runner

with runner.heavy_imports("gnn", legacy_keras=True):
    import keras
    import numpy as np
    import tensorflow as tf
    from scipy import sparse

    from kerazoo.data.graphs.both_directions import both_directions
    from kerazoo.data.graphs.graph import Graph
    from kerazoo.data.graphs.node_dataset import NodeDataset
    from kerazoo.layers.graph.edge_matrix import EdgeMatrix
    from kerazoo.models.gnn.adjacency_matrix import AdjacencyMatrix
    from kerazoo.models.gnn.convolution_encoder import ConvolutionEncoder
    from kerazoo.models.gnn.node_classifier import NodeClassifier
    from kerazoo.models.gnn.node_task import NodeTask
    from kerazoo.training import strategy
    from kerazoo.training.trainer import Schedule
    from kerazoo.training.trainer import Trainer

_NUM_CLASSES = 7


def epoch():
    """Returns processor milliseconds of a step on random data of Cora's size."""
    random = np.random.default_rng(0)
    features = (random.random((2_708, 1_433)) < 0.0127).astype("float32")
    features /= np.maximum(features.sum(axis=1, keepdims=True), 1)
    graph = random_graph(random, sparse.csr_array(features), num_edges=10_556)
    step = training_step(random, graph, num_train=140, weight_decay=5e-4)
    return milliseconds(step, time.process_time, repeats=5, steps=40)


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

    return milliseconds(run, time.perf_counter, repeats=20, steps=1)


def growth(num_edges, degree=20, width=64):
    """Returns milliseconds of a step, and megabytes before the graph and at most."""
    before = peak_megabytes()
    random = np.random.default_rng(0)
    features = random.random((num_edges // degree, width), "float32")
    graph = random_graph(random, features, num_edges)
    step = training_step(random, graph, num_train=graph.num_nodes - 1)
    steps = max(2_000_000 // num_edges, 2)
    times = milliseconds(step, time.perf_counter, repeats=5, steps=steps)
    return times, before, peak_megabytes()


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
    one_device = strategy.create("one_device")
    with one_device.scope():
        encoder = ConvolutionEncoder("gcn", 16, 2, _NUM_CLASSES, dropout=0.5)
        model = NodeClassifier(encoder, graph.node_features.shape[1])
        model.compile(keras.optimizers.Adam(0.01), NodeTask.loss)
        model.optimizer.build(model.trainable_variables)
    model.input_weight_decay = weight_decay
    task = NodeTask(dataset, model)
    trainer = Trainer(
        model, one_device, task.batches, Schedule(1), train_step=task.train_step
    )
    return lambda steps: trainer._call(None, tf.constant(steps)).numpy()


def milliseconds(run, clock, repeats, steps):
    """Returns the median time of a step, compilation excluded."""
    run(min(steps, 10))
    times = []
    for _ in range(repeats):
        start = clock()
        run(steps)
        times.append(1e3 * (clock() - start) / steps)
    return float(np.median(times))


def peak_megabytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(part, *arguments):
    threads = int(os.environ.get("T", "0"))
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    numbers = [int(a) if a.isdigit() else a for a in arguments]
    parts = {"epoch": epoch, "propagation": propagation, "growth": growth}
    print(json.dumps(parts[part](*numbers)))


if __name__ == "__main__":
    main(*sys.argv[1:])
