"""What a served graph model answers, by the names of its outputs."""

from collections.abc import Callable
from collections.abc import Sequence

import keras
import tensorflow as tf

from kerazoo.models.gnn.graph_ensemble import GraphEnsemble
from kerazoo.models.gnn.link_predictor import LinkPredictor
from kerazoo.models.gnn.target_outputs import output_names


def answers(
    model: keras.Model,
    inputs: dict[str, tf.Tensor],
    target_names: Sequence[str] | None,
    check: Callable[[tf.Tensor], tf.Tensor],
) -> dict[str, tf.Tensor]:
    """Returns the answers of a model, see `ServingGraphModel`.

    Args:
        model: `NodeClassifier`, `LinkPredictor`, `GraphPredictor` or `GraphEnsemble`.
        inputs: The tensors of graphs, as the model takes them.
        target_names: Names of several targets; None for their numbers.
        check: Function of the model's outputs to themselves, checked.
    """
    if isinstance(model, GraphEnsemble):
        mean, deviation = model.mean_and_deviation(inputs)
        found = _probabilities_or_values(model, check(mean), target_names)
        return found | _named(model, "deviation", deviation, target_names)
    outputs = check(tf.cast(model(inputs, training=False), tf.float32))
    if isinstance(model, LinkPredictor):
        return {"probabilities": tf.sigmoid(outputs)}
    if not _is(model, "regression"):
        is_independent = _is(model, "independent")
        outputs = tf.sigmoid(outputs) if is_independent else tf.nn.softmax(outputs)
    return _probabilities_or_values(model, outputs, target_names)


def _probabilities_or_values(model, outputs, target_names):
    if _is(model, "regression"):
        return _named(model, "value", outputs, target_names)
    if _is(model, "independent"):
        return _named(model, "probability", outputs, target_names)
    return {"class": tf.argmax(outputs, axis=-1), "probabilities": outputs}


def _named(model, what, outputs, target_names):
    """Returns outputs, of several targets one of each by its name."""
    several = _is(model, "regression") and model.output_units > 1
    if not (several or _is(model, "independent")):
        return {what: outputs}
    names = output_names(target_names or list(map(str, range(model.output_units))))
    columns = zip(names, tf.unstack(outputs, axis=-1), strict=True)
    return {f"{what}_{name}": column for name, column in columns}


def _is(model, name):
    return getattr(model, name, False)
