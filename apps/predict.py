r"""Asks an exported model about all rows of a file, and writes its answers.

    python -m apps.predict --saved_model=saved_models/transformer_trec \
        --input=questions.txt --output=answers.csv
    python -m apps.predict --saved_model=saved_models/transformer_trec \
        --input=questions.csv --text_column=question --top_k=3
    python -m apps.predict --saved_model=saved_models/transformer_digits \
        --input=pictures --output=answers.jsonl
    python -m apps.predict --saved_model=saved_models/transformer_commands \
        --input=recordings
    python -m apps.predict --saved_model=saved_models/gnn_esol --input=molecules.smi

Texts get classes, translations or how likely they are; images and sounds get classes;
nodes of tables get classes, pairs of them how likely they are linked; molecules and
other graphs get classes or values; users get items; observations get actions. The
columns of the input are kept, the answers stand after them. What cannot be read has an
empty answer and is warned about.
"""

import json
import os
import sys

from apps.cli import errors
from apps.cli import run_flags
from apps.cli.launch import launch
from apps.cli.parsers import adopt
from apps.prediction import checks
from apps.prediction import flags

adopt(flags)

DEFAULTS = flags.DEFAULTS
TABLES = flags.TABLES


def main():
    with errors.user_errors():
        version, metadata, kind = checks.find_export()
        file_format = checks.find_output(kind)
    with errors.user_errors(), errors.user_packages(kind.extra):
        inputs = checks.read_inputs(metadata)
    with errors.heavy_imports(kind.extra):
        from kerazoo.prediction.loading import load_predictor
        from kerazoo.prediction.prediction import write_answers
        from kerazoo.prediction.problems import NoAnswersError

        with errors.user_errors():
            predictor = load_predictor(version, metadata, flags.TOP_K.value)
            predictor.check_inputs(inputs)
    output, size = flags.OUTPUT.value, run_flags.BATCH_SIZE.value
    try:
        summary = write_answers(inputs, predictor, output, file_format, size)
    except (NoAnswersError, OSError) as error:
        if isinstance(error, BrokenPipeError):  # Whoever reads has enough.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
        raise errors.UserError(errors.in_flags(str(error))) from error
    if output is not None:
        print(json.dumps({**summary, "output": output, "saved_model": str(version)}))


if __name__ == "__main__":
    launch(main, DEFAULTS, **TABLES)
