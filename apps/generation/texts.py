"""Texts that an exported language model goes on with."""

import json
import os
import sys

from apps.cli import errors
from apps.cli import exports
from apps.cli import run_flags
from apps.generation import flags as generation
from apps.generation import text_flags


def is_chosen():
    """Returns whether `--saved_model` is one that goes on with texts."""
    if not exports.SAVED_MODEL.present:
        return False
    from kerazoo.serving.exporting import newest_version
    from kerazoo.serving.exporting import read_metadata

    try:
        version = newest_version(exports.SAVED_MODEL.value)
    except ValueError:  # Other models, too, may be missing.
        return False
    return read_metadata(version).get("family") == "transformer"


def main():
    """Goes on with the prompts of the flags, and prints the texts."""
    with errors.user_errors(), errors.user_packages("text"):
        import tensorflow as tf
        import tensorflow_text  # noqa: F401  Its operations are in the model.

        from kerazoo.serving import signatures
        from kerazoo.training.batch_seed import batch_seed

        version, metadata = exports.find_export("transformer")
        if metadata["task"] != "generate":
            raise ValueError(
                f"--saved_model={version} is of --task={metadata['task']}: it goes on "
                "with no texts."
            )
        generate = signatures.load_signatures(version)["generate"]
    count = generation.COUNT.value if generation.COUNT.present else 1
    temperature = text_flags.TEMPERATURE.value
    top_p = text_flags.TOP_P.value
    # Bytes that are no UTF-8, too, as the shell gave them.
    prompts = [
        os.fsencode(prompt)
        for prompt in text_flags.PROMPT.value or [""]
        for _ in range(count)
    ]
    found = generate(
        prompt=tf.constant(prompts),
        seed=tf.constant(batch_seed(run_flags.SEED.value, 0), tf.int32),
        temperature=tf.constant(temperature, tf.float32),
        top_p=tf.constant(top_p, tf.float32),
    )
    texts = [text.decode(errors="replace") for text in found["text"].numpy()]
    print("\n---\n".join(texts), file=sys.stderr)
    summary = {"temperature": temperature, "top_p": top_p}
    truncated = int(found["is_truncated"].numpy().sum())
    print(json.dumps({"texts": texts, "truncated_prompts": truncated, **summary}))
