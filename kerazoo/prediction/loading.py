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


def _load_sounds(version, metadata, kind, top_k):
    from kerazoo.prediction.sound_predictor import SoundClassPredictor

    answers = ClassAnswers(metadata["class_names"], top_k)
    return SoundClassPredictor(version, answers, metadata)


def _load_nodes(version, metadata, kind, top_k):
    answers = ClassAnswers(metadata["class_names"], top_k)
    if "node_set" in metadata["inputs"]:
        from kerazoo.prediction.hetero_predictor import HeteroNodePredictor

        return HeteroNodePredictor(version, answers)
    from kerazoo.prediction.graph_predictors import NodeClassPredictor

    return NodeClassPredictor(version, answers)


def _load_samples(version, metadata, kind, top_k):
    from kerazoo.prediction.hetero_predictor import RootClassPredictor

    return RootClassPredictor(version, ClassAnswers(metadata["class_names"], top_k))


def _load_pairs(version, metadata, kind, top_k):
    from kerazoo.prediction.graph_predictors import PairPredictor

    return PairPredictor(version, RankedAnswers(["probability"]))


def _load_graphs(version, metadata, kind, top_k):
    from kerazoo.prediction.graph_predictors import WholeGraphPredictor

    return WholeGraphPredictor(version, metadata, top_k)


def _load_queries(version, metadata, kind, top_k):
    from kerazoo.prediction.query_predictor import QueryPredictor

    return QueryPredictor(version, top_k)


def _load_names(version, metadata, kind, top_k):
    from kerazoo.prediction import node_name_predictors

    if kind.answers == "communities":
        return node_name_predictors.CommunityPredictor(version)
    return node_name_predictors.SimilarNodePredictor(version, top_k)


def _load_users(version, metadata, kind, top_k):
    from kerazoo.prediction.user_predictor import UserPredictor

    return UserPredictor(version, top_k)


def _load_structures(version, metadata, kind, top_k):
    from kerazoo.prediction.structure_answers import StructureAnswers
    from kerazoo.prediction.structure_predictor import StructurePredictor

    is_energy = kind.answers == "energies"
    answers = StructureAnswers() if is_energy else RankedAnswers(["value"])
    return StructurePredictor(version, answers, metadata)


def _load_observations(version, metadata, kind, top_k):
    from kerazoo.prediction.policy_predictor import PolicyPredictor

    first_action = metadata.get("first_action", 0)
    return PolicyPredictor(version, first_action, metadata.get("joints"))


def _load_situations(version, metadata, kind, top_k):
    from kerazoo.prediction.command_predictor import CommandPredictor

    return CommandPredictor(version)


_LOADERS = {
    "texts": _load_texts,
    "images": _load_images,
    "sounds": _load_sounds,
    "nodes": _load_nodes,
    "samples": _load_samples,
    "pairs": _load_pairs,
    "graphs": _load_graphs,
    "queries": _load_queries,
    "users": _load_users,
    "names": _load_names,
    "structures": _load_structures,
    "observations": _load_observations,
    "situations": _load_situations,
}
