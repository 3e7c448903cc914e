"""Predictor of exports that take atoms in space."""

import os
import typing
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from kerazoo.data.graphs.elements import symbol
from kerazoo.data.graphs.structure import Structure
from kerazoo.prediction.answers import Answers
from kerazoo.prediction.numbers import short
from kerazoo.prediction.predictor import Found
from kerazoo.prediction.predictor import Predictor
from kerazoo.serving.signatures import load_signatures


class StructurePredictor(Predictor):
    """Asks an export of `PotentialLearning`; answers are energies, or values.

    Items are `Structure`s, or SMILES, which get positions as in training.

    Args:
        version: Folder of one version of an export.
        answers: How its answers are written.
        metadata: What was noted about it: its `inputs` and `limits`.

    Raises:
        ValueError: If its files are damaged.
    """

    takes_long = True

    def __init__(
        self,
        version: str | os.PathLike,
        answers: Answers,
        metadata: dict[str, typing.Any],
    ):
        self.answers = answers
        self._serve = load_signatures(version)["serving_default"]
        self._inputs = metadata["inputs"]
        self._limits = metadata["limits"]

    def prepare(self, item: str | Structure) -> Structure:
        from kerazoo.data.graphs.conformers import make_conformer

        if isinstance(item, str):
            item = make_conformer(item, self._inputs["conformer_seed"])
        known = self._inputs["elements"]
        unknown = np.setdiff1d(item.atomic_numbers, known)
        if len(unknown):
            raise ValueError(
                f"expected elements that the model has learnt from, "
                f"{', '.join(map(symbol, known))}. "
                f"Received: {', '.join(map(symbol, unknown))}"
            )
        pairs = self._num_pairs(item)
        if item.num_atoms > self._limits["max_nodes"] or pairs > self._most_pairs:
            raise ValueError(
                f"expected at most {self._limits['max_nodes']} atoms and "
                f"{self._most_pairs} pairs of them within the cutoff. "
                f"Received: {item.num_atoms} atoms, {pairs} pairs"
            )
        return item

    def size(self, item: Structure) -> int:
        return item.num_atoms

    def ask(self, items: Sequence[Structure], shared: typing.Any = None) -> Found:
        found: list[typing.Any] = []
        for request in self._requests(items):
            found += self._ask(request)
        return found, {}

    @property
    def _most_pairs(self):
        return self._limits["max_edges"]

    def _num_pairs(self, item):
        from scipy import spatial

        tree = spatial.cKDTree(item.positions)
        cutoff = self._inputs["cutoff"]
        return int(tree.count_neighbors(tree, cutoff)) - item.num_atoms

    def _requests(self, items):
        """Gives as many items at a time as a request may have."""
        request: list[Structure] = []
        widest = pairs = 0
        for item in items:
            widest, more = max(widest, item.num_atoms), self._num_pairs(item)
            is_full = (
                len(request) == self._limits["max_examples"]
                or (len(request) + 1) * widest > self._limits["max_nodes"]
                or pairs + more > self._most_pairs
            )
            if request and is_full:
                yield request
                request, pairs, widest = [], 0, item.num_atoms
            request.append(item)
            pairs += more
        if request:
            yield request

    def _ask(self, items):
        widest = max(item.num_atoms for item in items)
        numbers = np.zeros((len(items), widest), np.int32)
        positions = np.zeros((len(items), widest, 3), np.float32)
        for i, item in enumerate(items):
            numbers[i, : item.num_atoms] = item.atomic_numbers
            positions[i, : item.num_atoms] = item.positions
        outputs = self._serve(
            atomic_numbers=tf.constant(numbers), positions=tf.constant(positions)
        )
        outputs = {name: value.numpy() for name, value in outputs.items()}
        if "value" in outputs:
            return [[{"value": short(value)}] for value in outputs["value"]]
        pairs = zip(items, outputs["energy"], outputs["forces"])
        return [
            {"energy": float(energy), "forces": forces[: item.num_atoms]}
            for item, energy, forces in pairs
        ]
