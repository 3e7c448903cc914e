"""Texts that an exported language model goes on with."""

import json
import os
import sys

from absl import flags

from apps.cli import errors
from apps.cli import exports
from apps.cli import run_flags
from apps.cli.sections import TEXTS
from apps.cli.sections import section
from apps.generation import flags as generation

section(TEXTS)
PROMPT = flags.DEFINE_multi_string(
    "prompt", None, "Language model: a text to go on with; may be given several times."
)
TEMPERATURE = flags.DEFINE_float(
    "temperature",
    0.8,
    "Language model: less than 1 makes likely tokens likelier; 0 takes the likeliest.",
    lower_bound=0.0,
)
TOP_P = flags.DEFINE_float(
    "top_p",
    1.0,
    "Language model: draws from the likeliest tokens of this share.",
    0.001,
    1.0,
)


def is_chosen():
    """Returns whether `--saved_model` is one that goes on with texts."""
    if not exports.SAVED_MODEL.present:
        return False
    from kerazoo.serving.exported import newest_version
    from kerazoo.serving.exported import read_metadata

    try:
        version = newest_version(exports.SAVED_MODEL.value)
    except ValueError:  # Other models, too, may be missing.
        return False
    return read_metadata(version).get("family") == "transformer"


def main():
    """Goes on with the prompts of the flags, and prints the texts."""
    options = {
        "temperature": TEMPERATURE.value,
        "top_p": TOP_P.value,
    }
    count = generation.COUNT.value if generation.COUNT.present else 1
    # Bytes that are no UTF-8, too, as the shell gave them.
    given = [os.fsencode(prompt) for prompt in PROMPT.value or [""]]
    prompts = [prompt for prompt in given for _ in range(count)]
    with errors.user_errors():
        version, metadata = exports.find_export("transformer")
        if (task := metadata["task"]) != "generate":
            app = {
                "speech": "transcribe",
                "translate": "translate",
                "pretrain": "train_transformer with --init_from",
                "pretrain_image": "train_transformer with --init_from",
            }.get(task, "predict")
            raise ValueError(
                f"--saved_model={version} is of --task={task}, which does not go on "
                f"with texts: use python -m apps.{app}."
            )
    with errors.user_errors(), errors.user_packages("text"):
        from kerazoo.tasks.transformer.exported import continue_prompts

        found = continue_prompts(version, prompts, run_flags.SEED.value, **options)
    for i in found.is_unknown.nonzero()[0][:1]:
        start = prompts[i][:40].decode(errors="replace")
        print(
            f"Warning: --prompt={start!r} is not UTF-8, or has characters that the "
            "model's vocabulary does not have.",
            file=sys.stderr,
        )
    print("\n---\n".join(found.answers or found.texts), file=sys.stderr)
    counts = {
        "truncated_prompts": int(found.is_truncated.sum()),
        "unknown_prompts": int(found.is_unknown.sum()),
    }
    written = {"texts": found.texts}
    if found.answers is not None:
        written["answers"] = found.answers
    print(json.dumps({**written, **counts, **options}))
