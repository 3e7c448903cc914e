r"""Shows what a trained Transformer attends to in a text or an image, as a picture.

    python -m apps.explain --saved_model=saved_models/transformer_reviews "a good film"
    python -m apps.explain --workdir=runs/transformer/digits --image=seven.png
    python -m apps.explain --workdir=runs/transformer/dates "3. Mai 1968"

Of a class: how much of each token or patch is in the answer, by the rollout of
attention through all blocks, and the heads of the last block. Of a translation: what
each token that was written attended to in the source, block by block. It prints the
same as a line of JSON. Attention says where information flows, not why an answer was
given.
"""

import json
import operator

from apps.cli import errors
from apps.cli import exports
from apps.cli import run_flags
from apps.cli.launch import launch
from apps.cli.parsers import adopt
from apps.cli.parsers import declare
from apps.generation import checks
from apps.generation import picture_flags

adopt(exports)
declare(run_flags.WORKDIR, picture_flags.IMAGE, picture_flags.PICTURE)

DEFAULTS = {"picture": "attention.png"}
TABLES: dict[str, dict | int] = {
    "texts": {
        "image": "File of an image, for a model of images.",
        "picture": "Writes the picture here; .png.",
        "workdir": "Folder of a run, in place of --saved_model.",
    },
    "words": 1,
}


def main(*words):
    with errors.user_errors():
        path = check_flags(words)
    with errors.heavy_imports("text"):
        from kerazoo.tasks.transformer.explainer import Explainer
    with errors.user_errors():
        explainer = Explainer(path)
        check_input(explainer.takes, words, path)
        if explainer.takes == "text":
            found = explainer.of_text(words[0])
        else:
            found = explainer.of_image(picture_flags.IMAGE.value[0])
        write(found.picture)
    print(json.dumps(describe(found)))


def check_flags(words):
    """Refuses what does not go together; returns the folder of the model.

    Raises:
        ValueError: If there is such.
    """
    from kerazoo.runs.writable import check_file

    checks.check_model()
    images, picture = picture_flags.IMAGE.value, picture_flags.PICTURE.value
    if len(images) + len(words) != 1:
        raise ValueError('Give one text, in quotes, or one --image: "a good film".')
    if not picture.endswith(".png"):
        raise ValueError(f"--picture={picture} must end in .png.")
    check_file(picture, "picture")
    folder = run_flags.WORKDIR.value
    if folder is None:
        return exports.find_export("transformer")[0]
    from kerazoo.runs.reading import family_of

    if family_of(folder) != "transformer":
        raise ValueError(f"--workdir={folder} is no run of apps.train_transformer.")
    return folder


def check_input(takes, words, path):
    """Refuses a text for a model of images, and an image for one of texts."""
    if takes == "text" and not words:
        raise ValueError(f"{path} takes a text, no --image: give one in quotes.")
    if takes == "image" and words:
        raise ValueError(f"{path} takes an --image, no text.")


def write(picture):
    """Writes the picture."""
    from kerazoo.atomic_files import write_whole

    path = picture_flags.PICTURE.value
    write_whole(path, operator.methodcaller("write_bytes", picture))


def describe(found):
    """Returns what is printed of an `Explanation`."""
    from kerazoo.runs.rounding import rounded

    result = {"picture": picture_flags.PICTURE.value}
    relevance = rounded(found.relevance.tolist())
    if found.written:
        tokens = {"source": found.tokens, "target": found.written}
        return {"translation": found.answer, **tokens, "attention": relevance, **result}
    tokens = {"tokens": found.tokens} if found.tokens else {}
    label = {"label": found.answer, "probability": rounded(found.probability)}
    return {**label, **tokens, "rollout": relevance, **result}


if __name__ == "__main__":
    launch(main, DEFAULTS, **TABLES)
