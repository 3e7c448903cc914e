r"""Asks a running TensorFlow Serving about its models.

    python -m apps.client --model=dqn_cartpole \
        --inputs='{"observation": [[0.02, 0.1, -0.03, 0.2]]}'
    python -m apps.client --model=transformer_dates --label=stable \
        --signature_name=n_best --inputs='{"text": ["3. Mai 1968"]}'
    python -m apps.client --protocol=grpc --address=models.example.org:8500 \
        --model=transformer_dates --inputs=requests.jsonl
    python -m apps.client --metadata --model=transformer_dates
    python -m apps.client --status

Each request gives one line of JSON for each --model: the model and its outputs. Bytes
are {"b64": ...}, in requests too. A request is sent again while the server is
unavailable, and never when it has refused.
"""

import json
import os
import pathlib
import sys

from absl import flags

from apps.cli import errors
from apps.cli.checks import is_given
from apps.cli.launch import launch
from apps.cli.parsers import adopt
from apps.cli.parsers import declare
from apps.cli.sections import DATA
from apps.cli.sections import MODEL
from apps.cli.sections import section
from apps.generation import picture_flags
from apps.serving import connection
from apps.serving import tables
from apps.serving.folder import served_models
from apps.shared_flags import server
from apps.shared_flags.version import VERSION

section(DATA)
_INPUTS = flags.DEFINE_string(
    "inputs",
    None,
    "Requests: a JSON object of input names and values, a file of such objects, or - "
    "for standard input.",
)
_STATUS = flags.DEFINE_boolean(
    "status",
    False,
    "Lists how far the server is with the versions of each --model. Default: of the "
    "models in saved_models.",
)
_METADATA = flags.DEFINE_boolean(
    "metadata", False, "Lists the signatures of each --model, with types and shapes."
)
section(MODEL)
_MODELS = flags.DEFINE_multi_string(
    "model", None, "Name of a model; several are asked one after the other."
)
_SIGNATURE = flags.DEFINE_string(
    "signature_name", "serving_default", "Name of the signature."
)
declare(VERSION, picture_flags.LABEL)
adopt(server)

DEFAULTS: dict = {}
TABLES = {
    "texts": {
        "label": (
            "Label of a version, as apps.promote gives them. Default: the newest "
            "version, whatever its labels."
        )
    },
    "headings": {"label": MODEL},
}


def main():
    with errors.user_errors():
        check_flags()
        models = _MODELS.value or [path.name for path in served_models("--model")]
        requests = [] if _STATUS.value or _METADATA.value else read_requests()
    with connection.connected() as client, errors.user_errors():
        try:
            ask(client, models, requests)
        except BrokenPipeError:  # Whoever reads has enough.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def ask(client, models, requests):
    """Asks what the flags ask for, and prints the answers."""
    if _STATUS.value:
        show_status(client, models)
    elif _METADATA.value:
        show_metadata(client, models)
    else:
        predict(client, models, requests)


def check_flags():
    """Refuses flags that have no meaning with others."""
    if _STATUS.value and _METADATA.value:
        raise ValueError("--status does not go with --metadata: ask one by one.")
    if not _MODELS.value and not _STATUS.value:
        raise ValueError("--model is missing: name one, such as dqn_cartpole.")
    for holder in (_STATUS, _METADATA):
        others = ("inputs", "signature_name")
        if holder is _STATUS:
            others = (*others, "version", "label")
        for name in others if holder.value else ():
            if is_given(name):
                raise ValueError(f"--{name} has no meaning with --{holder.name}.")
    if len(picture_flags.LABEL.value) > 1:
        raise ValueError("--label must be one label: it names the version to ask.")
    if VERSION.value is not None and label():
        raise ValueError("--version does not go with --label, which names one.")
    if not (_STATUS.value or _METADATA.value or _INPUTS.value):
        raise ValueError(
            '--inputs is missing: a JSON object such as {"x": [1, 2]}, a file or -.'
        )


def label():
    """Returns the label that is asked for, or None."""
    return next(iter(picture_flags.LABEL.value), None)


def read_requests():
    """Returns the requests of `--inputs`.

    Raises:
        OSError: If the file is missing.
        ValueError: If they are no JSON objects.
    """
    from kerazoo.serving.client import json_lines

    given = _INPUTS.value
    is_json = given.lstrip().startswith(("{", "["))
    try:
        if is_json:
            text = given
        elif given == "-":
            text = sys.stdin.buffer.read().decode()
        else:
            text = pathlib.Path(given).read_text(encoding="utf-8")
        return json_lines.read_requests(text)
    except OSError as error:
        raise ValueError(
            f"--inputs={given} cannot be read: {error.strerror}. It must be a JSON "
            "object, a file or -."
        ) from error
    except UnicodeDecodeError as error:
        raise ValueError(f"--inputs={given} is no text in UTF-8.") from error
    except ValueError as error:
        where = "" if is_json else f"={given}"
        raise ValueError(f"--inputs{where}: {error}.") from error


def predict(client, models, requests):
    """Prints a line for each request and model."""
    from kerazoo.serving.client import json_lines

    for inputs in requests:
        for model in models:
            outputs = client.predict(
                model,
                inputs,
                _SIGNATURE.value,
                version=VERSION.value,
                label=label(),
            )
            line = {"model": model, "outputs": json_lines.readable(outputs)}
            print(json.dumps(line, ensure_ascii=False), flush=True)


def show_status(client, models):
    """Prints the states of the versions of models."""
    rows, results = [], []
    for model in models:
        found = states(client, model)
        results.append({"model": model, "versions": found})
        for status in found or [{"version": "-", "state": "not there", "error": ""}]:
            rows.append((model, *status.values()))
    tables.show(("model", "version", "state", "error"), rows, results)


def states(client, model):
    """Returns the states of a model's versions; none of one found here alone."""
    from kerazoo.serving.client.errors import ServingError

    try:
        found = client.status(model)
    except ServingError as error:
        if error.code != "NOT_FOUND" or _MODELS.value:
            raise
        return []
    return [
        {"version": s.version, "state": s.state, "error": s.error_message}
        for s in found
    ]


def show_metadata(client, models):
    """Prints the signatures of models."""
    rows, results = [], []
    for model in models:
        found = client.metadata(model, version=VERSION.value, label=label())
        signatures = {}
        for name, signature in found.signatures.items():
            sides = {"inputs": signature.inputs, "outputs": signature.outputs}
            signatures[name] = {
                side: {key: str(info) for key, info in infos.items()}
                for side, infos in sides.items()
            }
            for side, infos in sides.items():
                for key, info in infos.items():
                    rows.append((model, found.version, name, side[:-1], key, info))
        results.append(
            {"model": model, "version": found.version, "signatures": signatures}
        )
    headings = ("model", "version", "signature", "side", "name", "type")
    tables.show(headings, rows, results)


if __name__ == "__main__":
    launch(main, DEFAULTS, **TABLES)
