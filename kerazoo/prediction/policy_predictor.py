"""Predictor of exported policies."""

import os
import typing
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from kerazoo.prediction.answers import ActionAnswers
from kerazoo.prediction.answers import Answers
from kerazoo.prediction.answers import JointAnswers
from kerazoo.prediction.predictor import Found
from kerazoo.prediction.predictor import Predictor
from kerazoo.serving.signatures import load_signatures


class PolicyPredictor(Predictor):
    """Asks an exported policy; answers are the best actions and the values of all.

    Items are dicts of the names of its inputs to nested lists, or flat lists of the
    numbers of all inputs in the order of `inputs`.

    Args:
        version: Folder of one version of an export of `DiscreteControl`.
        first_action: Number of the environment's first action.
        joints: Number of actions of each joint, where several act at once.

    Attributes:
        inputs: dict of the name of each input to the shape of one.
    """

    def __init__(
        self,
        version: str | os.PathLike,
        first_action: int = 0,
        joints: Sequence[int] | None = None,
    ):
        self._act = load_signatures(version)["serving_default"]
        self._specs = self._act.structured_input_signature[1]
        names = sorted(self._specs, key=lambda name: (name == "action_mask", name))
        self.inputs = {name: tuple(self._specs[name].shape[1:]) for name in names}
        outputs = self._act.structured_outputs
        num_actions = outputs["q_values"].shape[-1]
        self._sizes = joints or ([num_actions] if "bins" in outputs else None)
        self.answers: Answers = (
            ActionAnswers(first_action, num_actions)
            if self._sizes is None
            else JointAnswers(self._sizes)
        )

    def prepare(self, item: typing.Any) -> dict[str, np.ndarray]:
        if not isinstance(item, Mapping):
            parts = self._split(item)
        elif item.keys() == self.inputs.keys():
            parts = dict(item)
        else:
            raise ValueError(
                f"expected {', '.join(self.inputs)}. Received: {', '.join(item)}"
            )
        return {name: self._array(name, part) for name, part in parts.items()}

    def ask(
        self, items: Sequence[dict[str, np.ndarray]], shared: typing.Any = None
    ) -> Found:
        inputs = {
            name: tf.constant(np.stack([item[name] for item in items]))
            for name in self.inputs
        }
        found = self._act(**inputs)
        actions, values = found["action"].numpy(), found["q_values"].numpy()
        if self._sizes is None:
            return list(zip(actions.tolist(), values)), {}
        values = values.reshape(len(values), len(self._sizes), -1)
        # A joint of fewer actions than another has values of none at its end.
        cut = [
            [row[:size] for row, size in zip(rows, self._sizes, strict=True)]
            for rows in values
        ]
        return list(zip(actions, cut)), {}

    def _split(self, item):
        """Returns the parts of a row of all numbers."""
        if len(self.inputs) == 1:
            return dict.fromkeys(self.inputs, item)
        sizes = [int(np.prod(shape)) for shape in self.inputs.values()]
        flat = np.asarray(item).ravel()
        if len(flat) != sum(sizes):
            raise ValueError(
                f"expected {sum(sizes)} numbers, of {', '.join(self.inputs)}. "
                f"Received: {len(flat)}"
            )
        return dict(zip(self.inputs, np.split(flat, np.cumsum(sizes)[:-1])))

    def _array(self, name, part):
        shape, dtype = self.inputs[name], self._specs[name].dtype.as_numpy_dtype
        try:
            given = np.asarray(part, np.float64)
        except (TypeError, ValueError):
            raise ValueError(f"{name}: expected numbers") from None
        if given.size != int(np.prod(shape)):
            raise ValueError(
                f"{name}: expected {int(np.prod(shape))} finite numbers. "
                f"Received: {given.size}"
            )
        if not np.isfinite(given).all():
            wrong = given[~np.isfinite(given)][0]
            raise ValueError(f"{name}: expected finite numbers. Received: {wrong}")
        array = given.astype(dtype)
        if np.dtype(dtype).kind in "iu" and (array != given).any():
            raise ValueError(f"{name}: expected whole numbers of {np.dtype(dtype)}")
        return array.reshape(shape)
