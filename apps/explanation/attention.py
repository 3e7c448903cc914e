"""What a Transformer attends to in a text or an image."""

from apps.cli import errors
from apps.explanation import flags as explanation_flags
from apps.explanation.model import check_not_given
from apps.generation import picture_flags


def check_flags(words):
    """Refuses what does not go together.

    Raises:
        ValueError: If there is such.
    """
    check_not_given((*explanation_flags.NAMES, "data_dir"), "a graph network")
    if len(picture_flags.IMAGE.value) + len(words) != 1:
        raise ValueError('Give one text, in quotes, or one --image: "a good film".')


def explain(path, words):
    """Explains an answer.

    Args:
        path: Folder of the model.
        words: What was given beside flags.

    Returns:
        The picture, PNG in bytes, and a dict of what is printed.
    """
    with errors.heavy_imports("text"):
        from kerazoo.tasks.transformer.explainer import Explainer
    with errors.user_errors():
        explainer = Explainer(path)
        _check_input(explainer.takes, words, path)
        if explainer.takes == "text":
            found = explainer.of_text(words[0])
        else:
            found = explainer.of_image(picture_flags.IMAGE.value[0])
    return found.picture, _describe(found)


def _check_input(takes, words, path):
    """Refuses a text for a model of images, and an image for one of texts."""
    if takes == "text" and not words:
        raise ValueError(f"{path} takes a text, no --image: give one in quotes.")
    if takes == "image" and words:
        raise ValueError(f"{path} takes an --image, no text.")


def _describe(found):
    """Returns what is printed of an `Explanation`."""
    from kerazoo.runs.rounding import rounded

    relevance = rounded(found.relevance.tolist())
    if found.written:
        tokens = {"source": found.tokens, "target": found.written}
        return {"translation": found.answer, **tokens, "attention": relevance}
    tokens = {"tokens": found.tokens} if found.tokens else {}
    label = {"label": found.answer, "probability": rounded(found.probability)}
    return {**label, **tokens, "rollout": relevance}
