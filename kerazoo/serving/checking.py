"""Whether an exported version does what it did when it was written."""

import os
import pathlib
import statistics
import typing

import numpy as np

from kerazoo.serving.comparison import differences
from kerazoo.serving.exported import read_metadata
from kerazoo.serving.recorded_requests import EXPECTED_FILE
from kerazoo.serving.recorded_requests import WARMUP_FILE
from kerazoo.serving.recorded_requests import Recorded
from kerazoo.serving.recorded_requests import read_recorded
from kerazoo.serving.version_report import SignatureReport
from kerazoo.serving.version_report import VersionReport
from kerazoo.serving.worker import Worker

BATCH_SIZES = (1, 8, 64)
_RUNS = 21  # Of a time that is reported, at most; the first does not count.
_SECONDS = 2.0  # For them.
_WARMUP = 50  # Requests before memory is looked at: allocators take what they need.


def check_version(
    path: str | os.PathLike,
    tolerance: float = 1e-5,
    num_requests: int = 1_000,
    max_growth: float = 0.05,
    max_seconds: float = 60.0,
) -> VersionReport:
    """Loads a version as a server does, plays its requests and times them.

    All runs in a process without TensorFlow's Python, see `Worker`. A version falls
    short that does not load, whose answers are not those that were stored when it was
    exported, or whose process keeps growing.

    Args:
        path: path of the version.
        tolerance: By how much numbers may differ, see `differences`.
        num_requests: Requests after which memory must not have grown; 0 for none.
        max_growth: By how much it may have, relative to what it was.
        max_seconds: After which no more of those requests are made.

    Returns:
        `VersionReport`.

    Example:

    ```python
    warmup = {"serving_default": {"x": np.ones(2, "float32")}}
    path = export(
        module, {"serving_default": module.serve}, "saved_models/double", warmup=warmup
    )
    check_version(path, num_requests=10).passed  # True
    ```
    """
    path = pathlib.Path(path)
    report = VersionReport(str(path), size=_size(path))
    recorded = _recorded(path, report)
    try:
        worker = Worker(path)
    except (OSError, RuntimeError, ValueError) as error:
        report.problems.append(f"it does not load: {_line(error)}")
        return report
    with worker:
        report.load_seconds, report.memory = worker.load_seconds, worker.memory()
        report.other_operations = worker.other_operations
        try:
            answered = [
                request
                for request in recorded
                if _check_signature(worker, request, tolerance, report)
            ]
            if answered and num_requests:
                _check_memory(worker, answered, num_requests, max_seconds, report)
        except RuntimeError as error:  # It has ended the process, perhaps.
            report.problems.append(_line(error))
    if (report.memory_growth or 0) > max_growth:
        report.problems.append(
            f"its memory grew by {report.memory_growth:.1%} over {report.requests:,} "
            f"requests, more than {max_growth:.1%}"
        )
    return report


def _recorded(path, report):
    """Returns the requests of a version, with their answers where they are stored."""
    try:
        requests, answered = (
            _read(path / "assets.extra" / name) for name in (WARMUP_FILE, EXPECTED_FILE)
        )
        # Since signatures are noted, answers are stored.
        has_answers = "signatures" in read_metadata(path)
    except ValueError as error:
        report.problems.append(_line(error))
        return []
    if has_answers and len(answered) != len(requests):
        report.problems.append(
            f"{EXPECTED_FILE} has answers to {len(answered)} of {len(requests)} "
            "requests: export the model again"
        )
    elif not answered:
        what = "stored answers" if requests else "requests to play"
        report.notes.append(f"the export has no {what}: nothing was compared")
    return answered or requests


def _read(file):
    return read_recorded(file) if file.exists() else []


def _check_signature(worker, request, tolerance, report):
    """Compares and times a signature; returns whether it answers."""
    signature = SignatureReport(request.signature)
    report.signatures.append(signature)
    question = request.signature, request.inputs
    try:
        (signature.first_seconds,) = worker.time([question], 1)
        found = worker.run(*question)
    except (RuntimeError, ValueError) as error:
        signature.answer = "fails"
        report.problems.append(f"{request.signature} fails: {_line(error)}")
        return False
    if request.outputs:
        wrong = differences(request.outputs, found, tolerance)
        signature.answer = "differs" if wrong else "same"
        report.problems += [
            f"{request.signature} differs from what was stored: {difference}"
            for difference in wrong
        ]
    signature.steady_seconds = _seconds(worker, question)
    for size in BATCH_SIZES:
        signature.examples_per_second[size] = _rate(worker, request, size, report)
    return True


def _seconds(worker, question):
    times = worker.time([question], _RUNS, _SECONDS)
    return statistics.median(times[1:] or times)


def _rate(worker, request, size, report):
    """Returns examples per second at a batch size, or None."""
    inputs = enlarged(request, worker.signatures[request.signature].inputs, size)
    if inputs is None:
        return None
    try:
        return size / _seconds(worker, (request.signature, inputs))
    except RuntimeError as error:
        report.notes.append(
            f"{request.signature} does not take {size} examples: {_line(error)}"
        )
        return None


def enlarged(
    request: Recorded, tensors: typing.Mapping[str, typing.Any], size: int
) -> dict[str, np.ndarray] | None:
    """Returns a request for one example as one for several.

    Args:
        request: `Recorded`.
        tensors: dict of input name to `kerazoo.serving.signature_defs.Tensor`.
        size: How many examples are to be asked for.

    Returns:
        dict of input name to array: with another `count` where there is one, else
        repeated along the axis of the batch. None where the inputs have none, or the
        request is not of one example.
    """
    inputs = request.inputs
    if "count" in inputs and inputs["count"].ndim == 0:
        return {**inputs, "count": np.asarray(size, inputs["count"].dtype)}
    batched = {
        name for name, tensor in tensors.items() if (tensor.shape or (0,))[0] is None
    }
    if not batched or any(len(inputs[name]) != 1 for name in batched):
        return None
    return {
        name: np.repeat(value, size, axis=0) if name in batched else value
        for name, value in inputs.items()
    }


def _check_memory(worker, requests, count, max_seconds, report):
    questions = [(request.signature, request.inputs) for request in requests]
    worker.time(questions, min(count, _WARMUP), max_seconds / 10)
    before = worker.memory()
    report.requests = len(worker.time(questions, count, max_seconds))
    report.memory_growth = max(worker.memory() / before - 1, 0.0)


def _size(path):
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def _line(error):
    """Returns the first sentence of an error; TensorFlow's go on for long."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].partition(". ")[0] if lines else type(error).__name__
