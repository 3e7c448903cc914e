"""Exports whose answers are known: modules of a line or two with a family's signatures.

`saved_models` has one for each part of the page.
"""

import functools
import pathlib
import tempfile

import numpy as np
import tensorflow as tf

from kerazoo.data.graphs.karate_club import karate_club
from kerazoo.data.graphs.molecules import featurize
from kerazoo.demo import Export
from kerazoo.demo import find_exports
from kerazoo.models.gan.latents import sample_labels
from kerazoo.models.gan.latents import sample_latents
from kerazoo.serving.exporting import export

SHAPE = (4, 4, 1)
DIGITS = list("0123456789")
LATENT_SIZE = 3
CLUB = {"directed": False, "edge_weights": False, "node_columns": []}
CLUB |= {"edge_columns": [], "node_names": karate_club().node_names}


def pictures(values):
    """Returns pictures `(B, H, W, C)` of one colour each, as a family serves them."""
    pixels = tf.cast(tf.round(values), tf.uint8)[:, None, None, None]
    pixels = tf.broadcast_to(pixels, [tf.shape(values)[0], *SHAPE])
    return {
        "images": pixels,
        "png_bytes": tf.map_fn(tf.io.encode_png, pixels, fn_output_signature=tf.string),
    }


class Diffusion(tf.Module):
    def sample(self, count, seed, steps, guidance, label):
        """Pictures of `100 + 10 label + guidance + steps + seed`."""
        check = tf.debugging.Assert(steps > 0, ["steps must be positive:", steps])
        with tf.control_dependencies([check]):
            value = 100 + 10 * label[0] + tf.cast(guidance, tf.int32) + steps + seed
        return pictures(tf.fill([count], tf.cast(value, tf.float32)))


class GAN(tf.Module):
    """Latents of seeds and labels of any class as `kerazoo.models.gan` draws them."""

    def sample(self, count, seed, truncation, label):
        bound = tf.where(truncation > 0, truncation, 100.0)
        latents = sample_latents(count, LATENT_SIZE, seed, bound)
        label = sample_labels(tf.broadcast_to(label, [count]), 10, seed)
        return self.generate(latents, label)

    def generate(self, latents, label):
        """Pictures of `100 + 10 z0 + label`."""
        return pictures(100 + 10 * latents[:, 0] + tf.cast(label, tf.float32))


class Points(tf.Module):
    def sample(self, count, seed, truncation):
        return {"samples": sample_latents(count, 2, seed, tf.maximum(truncation, 0.1))}


class Translator(tf.Module):
    def n_best(self, text):
        """The text in upper and in lower case."""
        found = tf.stack([tf.strings.upper(text), tf.strings.lower(text)], axis=1)
        scores = tf.broadcast_to([[-0.25, -1.5]], tf.shape(found))
        return {
            "translation": found,
            "score": scores,
            "is_truncated": tf.strings.length(text) > 20,
            "is_unknown": tf.fill(tf.shape(text), False),
        }


class Writer(tf.Module):
    def generate(self, prompt, seed, temperature, top_p):
        """The prompt, its place in the request and the seed."""
        places = tf.strings.as_string(tf.range(tf.shape(prompt)[0]))
        used = tf.strings.as_string(temperature + top_p, precision=1)
        return {"text": prompt + b" " + places + tf.strings.as_string(seed) + used}

    def score(self, text):
        """Each character has the probability 1/2."""
        length = tf.strings.length(text)
        chance = -np.log(2).astype("float32") * tf.cast(length, tf.float32)
        return {"log_probability": chance, "num_tokens": length}


class TextClassifier(tf.Module):
    def classify(self, text):
        """Long texts are good."""
        good = tf.sigmoid(tf.cast(tf.strings.length(text), tf.float32) - 10)
        return {"probabilities": tf.stack([1 - good, good], axis=1)}


class ImageClassifier(tf.Module):
    def classify(self, images):
        """As probable as light: of the left half, and of the right."""
        light = tf.reduce_mean(tf.cast(images, tf.float32), axis=[1, 3])
        sides = tf.stack([light[:, 0] + light[:, 1], light[:, 2] + light[:, 3]], 1)
        return {"probabilities": (sides + 1) / tf.reduce_sum(sides + 1, 1, True)}


class NodeClassifier(tf.Module):
    def tensors(self, node_features, source, target):
        """A node's share of its ties that go to the first 17."""
        sides = tf.cast(tf.stack([source < 17, source >= 17], 1), tf.float32)
        num_nodes = tf.shape(node_features)[0]
        ties = tf.math.unsorted_segment_sum(sides, target, num_nodes)
        return {"probabilities": (ties + 1e-6) / tf.reduce_sum(ties + 1e-6, 1, True)}


class LinkPredictor(tf.Module):
    def tensors(self, node_features, source, target, pairs):
        """As probable as the numbers of the nodes are near."""
        distance = tf.cast(tf.abs(pairs[:, 0] - pairs[:, 1]), tf.float32)
        return {"probabilities": 1 / (1 + distance)}


class MoleculePredictor(tf.Module):
    def tensors(self, node_features, edge_features, source, target, graph_ids):
        """The number of atoms."""
        ones = tf.ones_like(node_features[:, :1])
        return {"value": tf.math.segment_sum(ones, graph_ids)}


class GraphClassifier(tf.Module):
    def tensors(self, node_features, source, target, graph_ids):
        """The shares of the two tags."""
        return {"probabilities": tf.math.segment_mean(node_features, graph_ids)}


class Policy(tf.Module):
    def act(self, observation):
        """Pushes to the side to which the pole falls."""
        push = tf.reduce_sum(observation[:, 2:], axis=1)
        values = tf.stack([tf.zeros_like(push), push], axis=1)
        return {"action": tf.argmax(values, axis=1), "q_values": values}


def _spec(dtype, *shape):
    return tf.TensorSpec(shape, dtype)


_TEXTS, _INT, _FLOAT = _spec("string", None), _spec("int32"), _spec("float32")
_LABEL, _ENDS = _spec("int32", None), _spec("int32", None)
_DRAWN = {"count": _INT, "seed": _INT, "truncation": _FLOAT}
_LINKS = {"source": _ENDS, "target": _ENDS}
_ATOMS, _BONDS = (
    values.shape[1]
    for values in (featurize("CC").node_features, featurize("CC").edge_features)
)

# Name to: module, signatures with their inputs, requests as examples, metadata.
MODELS = {
    "diffusion": (
        Diffusion,
        {
            "sample": {
                **{"count": _INT, "seed": _INT, "steps": _INT},
                **{"guidance": _FLOAT, "label": _LABEL},
            }
        },
        {},
        {
            **{"family": "diffusion", "dataset": "digits", "image_shape": SHAPE},
            **{"num_classes": 10, "class_names": DIGITS, "steps": 5, "guidance": 2.0},
            "max_steps": 50,
        },
    ),
    "gan": (
        GAN,
        {
            "sample": {**_DRAWN, "label": _LABEL},
            "generate": {"latents": _spec("float32", None, 3), "label": _LABEL},
        },
        {},
        {
            **{"family": "gan", "dataset": "digits", "image_shape": SHAPE},
            **{"num_classes": 10, "class_names": DIGITS, "latent_size": LATENT_SIZE},
        },
    ),
    "points": (
        Points,
        {"sample": _DRAWN},
        {},
        {"family": "gan", "dataset": "ring", "image_shape": None, "num_classes": None},
    ),
    "translations": (
        Translator,
        {"n_best": {"text": _TEXTS}},
        {"n_best": {"text": np.array([b"Good day"])}},
        {"family": "transformer", "task": "translate", "beam_size": 2},
    ),
    "writing": (
        Writer,
        {
            "generate": {
                **{"prompt": _TEXTS, "seed": _INT},
                **{"temperature": _FLOAT, "top_p": _FLOAT},
            },
            "score": {"text": _TEXTS},
        },
        {},
        {"family": "transformer", "task": "generate", "dataset": "tiny_shakespeare"},
    ),
    "texts": (
        TextClassifier,
        {"classify": {"text": _TEXTS}},
        {"classify": {"text": np.array([b"a good film"])}},
        {
            **{"family": "transformer", "task": "classify"},
            "class_names": ["bad", "good"],
        },
    ),
    "images": (
        ImageClassifier,
        {"classify": {"images": _spec("uint8", None, *SHAPE)}},
        {},
        {
            **{"family": "transformer", "task": "image", "dataset": "halves"},
            **{"class_names": ["left", "right"], "image_shape": SHAPE},
        },
    ),
    "nodes": (
        NodeClassifier,
        {"tensors": {"node_features": _spec("float32", None, 34), **_LINKS}},
        {},
        {
            **{"family": "gnn", "task": "node", "dataset": "karate_club"},
            **{"class_names": ["first", "last"], "inputs": CLUB},
        },
    ),
    "links": (
        LinkPredictor,
        {
            "tensors": {
                **{"node_features": _spec("float32", None, 34), **_LINKS},
                "pairs": _spec("int32", None, 2),
            }
        },
        {},
        {
            "family": "gnn",
            "task": "link",
            "dataset": "karate_club_link",
            "inputs": CLUB,
        },
    ),
    "molecules": (
        MoleculePredictor,
        {
            "tensors": {
                "node_features": _spec("float32", None, _ATOMS),
                "edge_features": _spec("float32", None, _BONDS),
                **{**_LINKS, "graph_ids": _ENDS},
            }
        },
        {},
        {
            **{"family": "gnn", "task": "graph", "class_names": None},
            "inputs": {
                **{"smiles_column": "smiles", "target_column": "atoms"},
                "descriptors": False,
            },
        },
    ),
    "graphs": (
        GraphClassifier,
        {
            "tensors": {
                "node_features": _spec("float32", None, 2),
                **{**_LINKS, "graph_ids": _ENDS},
            }
        },
        {},
        {
            **{"family": "gnn", "task": "graph", "class_names": ["even", "odd"]},
            "inputs": {"node_tags": [6, 7], "descriptors": False},
        },
    ),
    "policy": (
        Policy,
        {"act": {"observation": _spec("float32", None, 4)}},
        {},
        {"family": "dqn", "env": "CartPole-v1", "env_kwargs": {}, "first_action": 0},
    ),
    "signatures": (
        TextClassifier,
        {"classify": {"text": _TEXTS}},
        {"classify": {"text": np.array([b"a good film"])}},
        {"family": "own"},
    ),
}
_SERVED_AS = {"act": "serving_default"}


@functools.cache
def saved_models() -> pathlib.Path:
    """Returns a folder of all of `MODELS`."""
    folder = pathlib.Path(tempfile.mkdtemp())
    for name, (kind, signatures, requests, metadata) in MODELS.items():
        module = kind()
        functions = {}
        for method, inputs in signatures.items():
            named = {k: tf.TensorSpec(v.shape, v.dtype, k) for k, v in inputs.items()}
            function = tf.function(getattr(module, method), autograph=False)
            traced = function.get_concrete_function(**named)
            functions[_SERVED_AS.get(method, method)] = traced
        export(module, functions, folder / name, metadata, requests or None)
    return folder


@functools.cache
def exports() -> dict[str, Export]:
    """Returns the exports of `saved_models` by name."""
    return {one.name: one for one in find_exports(saved_models())}
