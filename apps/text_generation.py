"""Texts that an exported language model goes on with, for `apps.generate`."""

import json
import os
import sys

from absl import flags

from apps import flags as shared
from apps import runner
from apps import served

_PROMPT = flags.DEFINE_multi_string(
    "prompt", None, "Language model: a text to go on with; may be given several times."
)
_TEMPERATURE = flags.DEFINE_float(
    "temperature",
    0.8,
    "Language model: less than 1 makes likely tokens likelier; 0 takes the likeliest.",
    lower_bound=0.0,
)
_TOP_P = flags.DEFINE_float(
    "top_p",
    1.0,
    "Language model: draws from the likeliest tokens of this share.",
    0.001,
    1.0,
)
FLAGS = ("prompt", "temperature", "top_p")


def is_chosen():
    """Returns whether `--saved_model` is one that goes on with texts."""
    if not served.SAVED_MODEL.present:
        return False
    try:
        path = served.find_version("train_transformer")
    except ValueError:  # Other models, too, may be missing.
        return False
    file = path / "assets.extra" / "kerazoo.json"
    return file.exists() and json.loads(file.read_text()).get("family") == "transformer"


def main():
    """Goes on with the prompts of the flags, and prints the texts."""
    with runner.user_errors(), runner.user_packages("text"):
        import tensorflow as tf
        import tensorflow_text  # noqa: F401  Its operations are in the model.

        path = served.find_version("train_transformer")
        metadata = served.read_metadata(path, "transformer")
        if metadata["task"] != "generate":
            raise ValueError(
                f"--saved_model={path} is of --task={metadata['task']}: it goes on "
                "with no texts."
            )
        signatures = served.load_signatures(path)
        from kerazoo.training.batch_seed import batch_seed
    count = flags.FLAGS.count if flags.FLAGS["count"].present else 1
    # Bytes that are no UTF-8, too, as the shell gave them.
    prompts = [
        os.fsencode(prompt) for prompt in _PROMPT.value or [""] for _ in range(count)
    ]
    found = signatures["generate"](
        prompt=tf.constant(prompts),
        seed=tf.constant(batch_seed(shared.SEED.value, 0), tf.int32),
        temperature=tf.constant(_TEMPERATURE.value, tf.float32),
        top_p=tf.constant(_TOP_P.value, tf.float32),
    )
    texts = [text.decode(errors="replace") for text in found["text"].numpy()]
    print("\n---\n".join(texts), file=sys.stderr)
    summary = {"temperature": _TEMPERATURE.value, "top_p": _TOP_P.value}
    truncated = int(found["is_truncated"].numpy().sum())
    print(json.dumps({"texts": texts, "truncated_prompts": truncated, **summary}))
