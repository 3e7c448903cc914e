"""Exports that map inputs to answers, loaded."""

import os
import typing

from kerazoo.prediction.answers import ClassAnswers
from kerazoo.prediction.answers import RankedAnswers
from kerazoo.prediction.kinds import check_top_k
from kerazoo.prediction.kinds import find_kind

if typing.TYPE_CHECKING:
    from kerazoo.prediction.predictor import Predictor


def load_predictor(
    version: str | os.PathLike,
    metadata: dict[str, typing.Any],
    top_k: int | None = None,
) -> "Predictor":
    """Loads an export that maps inputs to answers.

    Args:
        version: Folder of one version.
        metadata: What was noted about it.
        top_k: How many answers of each row; None for the best, of classes with the
            probabilities of all.

    Raises:
        ValueError: If it maps no inputs to answers, its files are damaged, or there are
            not as many answers as `top_k`.

    Example:

    ```python
    predictor = load_predictor(version, metadata)
    predictor.answers.columns  # label, probability, probability_bad, probability_good
    ```
    """
    kind = find_kind(metadata)
    check_top_k(kind, metadata, top_k)
    return _LOADERS[kind.takes](version, metadata, kind, top_k)


def _load_texts(version, metadata, kind, top_k):
    from kerazoo.prediction import text_predictors

    if kind.answers == "classes":
        answers = ClassAnswers(metadata["class_names"], top_k)
        return text_predictors.TextClassPredictor(version, answers)
    if kind.answers == "translations":
        return text_predictors.TranslationPredictor(version, top_k)
    return text_predictors.TextScorePredictor(version)


def _load_images(version, metadata, kind, top_k):
    from kerazoo.prediction.image_predictor import ImageClassPredictor

    answers = ClassAnswers(metadata["class_names"], top_k)
    return ImageClassPredictor(version, answers, metadata["image_shape"])


def _load_nodes(version, metadata, kind, top_k):
    from kerazoo.prediction.graph_predictors import NodeClassPredictor

    return NodeClassPredictor(version, ClassAnswers(metadata["class_names"], top_k))


def _load_pairs(version, metadata, kind, top_k):
    from kerazoo.prediction.graph_predictors import PairPredictor

    return PairPredictor(version, RankedAnswers(["probability"]))


def _load_graphs(version, metadata, kind, top_k):
    from kerazoo.prediction.graph_predictors import WholeGraphPredictor

    names, descriptors = metadata["class_names"], metadata["inputs"]["descriptors"]
    answers = RankedAnswers(["value"]) if names is None else ClassAnswers(names, top_k)
    return WholeGraphPredictor(version, answers, descriptors)


def _load_observations(version, metadata, kind, top_k):
    from kerazoo.prediction.policy_predictor import PolicyPredictor

    return PolicyPredictor(version, metadata.get("first_action", 0))


_LOADERS = {
    "texts": _load_texts,
    "images": _load_images,
    "nodes": _load_nodes,
    "pairs": _load_pairs,
    "graphs": _load_graphs,
    "observations": _load_observations,
}
