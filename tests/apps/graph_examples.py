"""Small datasets of graphs in files, flags to learn them, and requests of exports."""

import csv

import numpy as np
import tensorflow as tf

TINY = ("--train_steps=8", "--eval_every=4", "--checkpoint_every=4", "--log_every=4")
MIRRORED = ("--strategy=mirrored", "--num_devices=2")
SAMPLED = ("--fanouts=3,2", "--batch_size=2")
TABLES = ("--dataset=tables",)
LINKS = ("--task=link", "--hidden_size=16", "--embedding_size=8")
SMALL = ("--hidden_size=8", "--num_layers=2", "--batch_size=4")
GRAPHS = ("--task=graph", "--dataset=RINGS", *SMALL)
SOLUBILITY = ("--task=graph", "--dataset=solubility.csv", *SMALL)
TOXICITY = ("--task=graph", "--dataset=toxicity.csv", *SMALL)
PARTS = ("train", "train", "validation", "validation", "test", "test")
SMILES = (
    "OCC",
    "Oc1ccccc1",
    "OC(=O)C",
    "C1CCCCC1C",
    "NCC",
    "c1ccncc1C",
    "ClCC",
    "N#CC",
)


def write_datasets(folder):
    """Writes a small dataset in each form of file; returns the folder."""
    write_rings(folder, sizes=range(3, 23))
    nodes = [
        (f"n{i}", "ab"[i // 6], PARTS[i % 6], i // 6 + i % 3 / 10, i % 2)
        for i in range(12)
    ]
    write_nodes(folder, nodes)
    edges = [
        (f"n{6 * half + u}", f"n{6 * half + v}", 1 + u / 6, v)
        for half in (0, 1)
        for u in range(6)
        for v in range(u)
    ]
    write(folder / "edges.csv", ("source", "target", "weight", "length"), edges)
    smiles = [SMILES[i % 8] + "C" * (i // 8) for i in range(24)]
    table = [(molecule, 0.1 + len(molecule)) for molecule in smiles]
    write(folder / "solubility.csv", ("smiles", "logS"), table)
    table = [(molecule, int("O" in molecule)) for molecule in smiles]
    write(folder / "toxicity.csv", ("smiles", "toxic"), table)
    return folder


def write(path, header, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def write_nodes(folder, rows):
    write(folder / "nodes.csv", ("id", "label", "split", "size", "colour"), rows)


def write_rings(folder, sizes):
    """Writes rings of even sizes as class 0, chains of odd sizes as class 1."""
    lines = [str(len(sizes))]
    for size in sizes:
        lines.append(f"{size} {size % 2}")
        for node in range(size):
            around = [node - 1, node + 1]
            if size % 2:
                around = [other for other in around if 0 <= other < size]
            others = " ".join(str(other % size) for other in around)
            lines.append(f"{node % 2} {len(around)} {others}")
    (folder / "RINGS.txt").write_text("\n".join(lines) + "\n")


def tensors(graph, **more):
    """Returns the plain tensors of a graph, a request of the signature `tensors`."""
    features = graph.node_features
    named = {
        "node_features": (getattr(features, "toarray", lambda: features)(), "float32"),
        "source": (graph.source, "int32"),
        "target": (graph.target, "int32"),
        "edge_weights": (graph.edge_weights, "float32"),
        "edge_features": (graph.edge_features, "float32"),
    }
    if graph.context_features is not None:
        named["context_features"] = graph.context_features[np.newaxis], "float32"
    request = {k: np.asarray(v, t) for k, (v, t) in named.items() if v is not None}
    return {**request, **more}


def example(graph, pairs=()):
    """Serialises a graph by hand, as a client without TF-GNN does."""
    request = tensors(graph)
    values = {
        "nodes/nodes.#size": [graph.num_nodes],
        "nodes/nodes.features": request["node_features"],
        "edges/edges.#size": [graph.num_edges],
        "edges/edges.#source": request["source"],
        "edges/edges.#target": request["target"],
        "edges/edges.weight": request.get("edge_weights"),
        "edges/edges.features": request.get("edge_features"),
        "context/features": request.get("context_features"),
    }
    if len(pairs):
        values["edges/pairs.#size"] = [len(pairs)]
        values["edges/pairs.#source"], values["edges/pairs.#target"] = np.transpose(
            pairs
        )
    features = {k: feature(np.ravel(v)) for k, v in values.items() if v is not None}
    message = tf.train.Example(features=tf.train.Features(feature=features))
    return message.SerializeToString()


def feature(values):
    if values.dtype.kind == "f":
        return tf.train.Feature(float_list=tf.train.FloatList(value=values))
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def serve(result, **inputs):
    """Returns the outputs of the signature that has these inputs, as arrays."""
    name = "serving_default" if "examples" in inputs else "tensors"
    signature = tf.saved_model.load(result["export"]).signatures[name]
    outputs = signature(**{name: tf.constant(value) for name, value in inputs.items()})
    return {name: value.numpy() for name, value in outputs.items()}
