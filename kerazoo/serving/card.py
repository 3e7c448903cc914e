"""The card of an export: what a person must know who did not train it."""

import json
import textwrap
import typing

from kerazoo.serving.exported import part_of
from kerazoo.serving.exported import task_of
from kerazoo.serving.recorded_requests import WARMUP_FILE
from kerazoo.serving.request_examples import Arrays
from kerazoo.serving.request_examples import curl_command
from kerazoo.serving.request_examples import grpc_program

_WIDTH = 92
_UNKNOWN = "not known"


def card_text(
    model: str,
    metadata: typing.Mapping[str, typing.Any],
    requests: typing.Mapping[str, Arrays],
) -> str:
    """Returns the card of an export in Markdown, with what is known of it.

    Args:
        model: Name of the served model.
        metadata: dict, as in `kerazoo.json`.
        requests: dict of signature name to dict of input arrays, the examples.

    Example:

    ```python
    card_text("double", {"family": "toy", "parameters": 0}, {})
    ```
    """
    parts = [
        _front_matter(metadata),
        f"# {model}",
        *_introduction(metadata),
        *_result(metadata),
        *_compression(metadata),
        *_use(metadata),
        *_training(metadata),
        *_requests(model, metadata, requests),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _front_matter(metadata):
    tags = filter(None, (metadata.get("family"), task_of(metadata)))
    lines = [f"- {json.dumps(tag)}" for tag in tags]
    return "\n".join(["---", "library_name: kerazoo", "tags:", *lines, "---"])


def _introduction(metadata):
    about = {
        "family": metadata.get("family"),
        "task": task_of(metadata),
        "environment": metadata.get("env"),
        "dataset": metadata.get("dataset"),
        "classes": _some(metadata.get("class_names") or []),
        "parameters": _count(metadata.get("parameters")),
        "weights": metadata.get("dtype"),
        "exported": metadata.get("created"),
    }
    summary = _about(metadata).get("summary")
    return [_wrapped(summary), _table(("", ""), about.items())]


def _result(metadata):
    result = part_of(metadata, "result")
    if not result:
        return ["## Result", "Nothing was measured when this was exported."]
    measured = _about(metadata).get("measured_on")
    text = f"Measured on {measured}. " if measured else ""
    text += "The figures say nothing about data unlike these."
    # What is of each class is for programs, in `kerazoo.json`.
    rows = (
        (f"`{name}`", _value(value))
        for name, value in result.items()
        if not isinstance(value, (dict, list))
    )
    return ["## Result", _wrapped(text), _table(("figure", "value"), rows)]


def _compression(metadata):
    """Says what smaller weights cost, on the requests of the card."""
    compared = part_of(metadata, "compression")
    if not compared:
        return []
    rows = [
        (f"`{signature}`", f"`{output}`", f"{difference:.2g}", f"{time:.2f}")
        for signature, time in compared["relative_time"].items()
        for output, difference in compared["largest_difference"][signature].items()
    ]
    text = (
        f"The weights are stored as {metadata.get('dtype')}; the figures above are "
        "those of float32, before. On the requests below the outputs differ by as much "
        "(of texts, it is the share that changed), and it takes as many times as long."
    )
    head = ("signature", "output", "largest difference", "time")
    return ["## Compression", _wrapped(text), _table(head, rows)]


def _use(metadata):
    about = _about(metadata)
    if not about.get("intended_use"):
        return ["## Use and limits", "Nothing is noted about what it may be used for."]
    limits = "\n".join(_wrapped(text, "- ") for text in about.get("limitations", ()))
    return ["## Use and limits", _wrapped(about["intended_use"]), limits]


def _training(metadata):
    about, run = _about(metadata), part_of(metadata, "run")
    result, versions = part_of(metadata, "result"), part_of(metadata, "versions")
    seconds = result.get("wall_seconds")
    rows = {
        "data": about.get("data"),
        "digest of the data": about.get("data_digest"),
        "licence of the data": about.get("licence", _UNKNOWN),
        "seed": run.get("seed"),
        "steps": _count(result.get("train_steps")),
        "time": None if seconds is None else f"{seconds:,.0f} s",
        "device": run.get("device"),
        "versions": ", ".join(f"{name} {text}" for name, text in versions.items()),
    }
    parts = ["## Training", _table(("", ""), rows.items())]
    if command := run.get("command"):
        parts += ["The command that repeats it:", _code("bash", command)]
    if flags := run.get("flags"):
        parts += ["All its flags, with the defaults:", _code("text", "\n".join(flags))]
    elif settings := run.get("settings"):
        text = json.dumps(settings, indent=1)
        parts += [f"The settings of {run.get('task')}:", _code("json", text)]
    return parts


def _requests(model, metadata, requests):
    parts = [
        "## Requests",
        _wrapped(
            "To a TensorFlow Serving of this machine. Run the examples in the folder "
            "of this card."
        ),
    ]
    if limits := part_of(metadata, "limits"):
        rows = ((f"`{name}`", _count(most)) for name, most in limits.items())
        parts += ["What one request may ask for:", _table(("", "at most"), rows)]
    numbers = {name: number for number, name in enumerate(requests)}
    for name, signature in part_of(metadata, "signatures").items():
        rows = [
            (kind, f"`{key}`", tensor["dtype"], _shape(tensor["shape"]))
            for kind, place in (("input", "inputs"), ("output", "outputs"))
            for key, tensor in signature[place].items()
        ]
        parts += [f"### `{name}`", _table(("", "name", "dtype", "shape"), rows)]
        if name in requests:
            curl = curl_command(model, name, requests[name])
            program = grpc_program(
                model, name, requests[name], WARMUP_FILE, numbers[name]
            )
            parts += [_code("bash", curl), _code("python", program)]
    return parts


def _about(metadata):
    return part_of(metadata, "card")


def _wrapped(text, start=""):
    return textwrap.fill(
        text or "",
        _WIDTH,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _table(head, rows):
    """Returns a table of the rows that have a value."""
    lines = [head, ["---"] * len(head)]
    lines += [row for row in rows if row[-1] not in (None, "")]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(value):
    return " ".join(str(value).split()).replace("|", "\\|")


def _code(language, text):
    return f"```{language}\n{text}\n```"


def _count(value):
    return f"{value:,}" if isinstance(value, int) else value


def _some(names):
    shown = ", ".join(map(str, names[:20]))
    return f"{shown}, ... ({len(names):,})" if len(names) > 20 else shown


def _value(value):
    return value if isinstance(value, str) else json.dumps(value)


def _shape(shape):
    if shape is None:
        return "any"
    if not shape:
        return "scalar"
    return f"({', '.join('any' if size is None else str(size) for size in shape)})"
