r"""Checks that the versions of an exported model do what they did when written.

    python -m apps.check_export saved_models/dqn_cartpole
    python -m apps.check_export saved_models/dqn_cartpole --version=2 --json

Loads each as TensorFlow Serving does, without TensorFlow's Python. Plays the requests
that warm a server up, compares the answers with those that were stored, and times them:
the first, the ones after it, and at batches of 1, 8 and 64. Answers many more, to see
whether memory grows. Lists operations that are not TensorFlow's own.

Exit code 1: a version does not load, answers differently, or grows.
"""

import json
import sys

from absl import flags

from apps.cli import errors
from apps.cli import exports
from apps.cli.launch import launch
from apps.cli.parsers import adopt
from apps.cli.parsers import declare
from apps.cli.sections import EVALUATION
from apps.cli.sections import RUN
from apps.cli.sections import section
from apps.shared_flags.version import VERSION

adopt(exports)
declare(VERSION)
section(EVALUATION)
_TOLERANCE = flags.DEFINE_float(
    "tolerance",
    1e-5,
    "By how much numbers may differ from the stored ones: this, and this much of them.",
    lower_bound=0.0,
)
_REQUESTS = flags.DEFINE_integer(
    "requests",
    1_000,
    "Requests over which memory must not grow by more than 5 %; 0 for none.",
    lower_bound=0,
)
_SECONDS = flags.DEFINE_float(
    "seconds", 60.0, "After which no more of them are made.", lower_bound=0.0
)
section(RUN)
_JSON = flags.DEFINE_boolean(
    "json", False, "Prints a line of JSON in place of the table."
)

DEFAULTS: dict = {}
TABLES = {
    "words": 1,
    "texts": {
        "saved_model": "Folder of a served model or of one version; may stand alone.",
        "version": "Checks this version alone. Default: all.",
    },
}


def main(path=None):
    with errors.user_errors():
        found = find_versions(path or exports.SAVED_MODEL.value)
    with errors.heavy_imports("train"):
        from kerazoo.serving.checking import check_version
    reports = []
    for version in found:
        report = check_version(
            version,
            tolerance=_TOLERANCE.value,
            num_requests=_REQUESTS.value,
            max_seconds=_SECONDS.value,
        )
        reports.append(report)
        if not _JSON.value:
            print("\n".join(report.lines()), flush=True)
    passed = all(report.passed for report in reports)
    if _JSON.value:
        described = [report.describe() for report in reports]
        print(json.dumps({"passed": passed, "versions": described}))
    if not passed:
        sys.exit(errors.FAILED)


def find_versions(path):
    """Returns the paths of the versions to check.

    Args:
        path: Folder of a served model or of one version, or None.

    Raises:
        ValueError: If there is none.
    """
    from kerazoo.serving.exported import newest_version
    from kerazoo.serving.exported import versions

    if path is None:
        raise ValueError(
            "The folder of a served model is missing: python -m apps.check_export "
            "saved_models/NAME."
        )
    newest = newest_version(path)
    number = VERSION.value
    known = versions(path)
    if not known:  # It is that of one version.
        if number is not None and newest.name != str(number):
            raise ValueError(f"--version={number} is not that of {path}.")
        return [newest]
    if number is None:
        return [newest.parent / str(version) for version in known]
    if number not in known:
        raise ValueError(
            f"--version={number} is none of {path}, which has "
            f"{', '.join(map(str, known))}."
        )
    return [newest.parent / str(number)]


if __name__ == "__main__":
    launch(main, DEFAULTS, **TABLES)
