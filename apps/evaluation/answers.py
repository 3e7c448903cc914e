"""Measures exports that map inputs to answers, by what is known to be right."""

import dataclasses
import json
import pathlib
import sys
import typing

from absl.flags import FLAGS

from apps.cli import errors
from apps.cli import exports
from apps.cli import run_flags
from apps.cli.checks import is_given
from apps.evaluation import flags
from apps.evaluation import hearing
from apps.prediction import checks
from apps.shared_flags import data
from apps.shared_flags import playing

_MAKERS = ("diffusion", "gan")


@dataclasses.dataclass
class Export:
    """An export that maps inputs to answers: its path, its metadata, its kind."""

    version: pathlib.Path
    metadata: dict
    kind: typing.Any


def find_export():
    """Returns the `Export` of `--saved_model`, or None for one that makes images.

    Raises:
        ValueError: If there is none, or it is of no family.
    """
    version, metadata = exports.find_export(*_MAKERS, *checks.FAMILIES)
    if metadata["family"] in _MAKERS:
        return None
    if metadata.get("task") == "speech":
        from kerazoo.prediction.kinds import Kind

        return Export(version, metadata, Kind("sounds", "transcripts", extra="sound"))
    return Export(version, metadata, checks.find_kind(version, metadata))


def check_flags(kind, of_images):
    """Refuses flags that have no meaning.

    Args:
        kind: What the export takes; None for a model of images.
        of_images: Names of the flags of such models.

    Raises:
        ValueError: If one was given that has none.
    """
    own = ("part", *flags.COLUMNS, "episodes")
    takes = "images that it makes" if kind is None else kind.takes
    for name in own if kind is None else of_images:
        if is_given(name):
            raise ValueError(f"--{name} has no meaning for a model of {takes}.")
    for name, takes in flags.OF_TAKES.items() if kind else ():
        if is_given(name) and kind.takes != takes:
            raise ValueError(
                f"--{name} is for a model of {takes}, and this one takes {kind.takes}."
            )
    if kind and kind.answers == "actions":
        for name in ("dataset", "data_dir", "part"):
            if is_given(name):
                raise ValueError(f"--{name} has no meaning for a policy: it is played.")


def main(export):
    """Measures an export and prints a table, and the same as a line of JSON."""
    if export.kind.answers == "actions":
        result = _play(export)
    elif export.kind.answers == "transcripts":
        result = hearing.measure(export.version, export.metadata)
    else:
        result = _measure(export)
    from kerazoo.prediction.report import class_tables
    from kerazoo.runs.rounding import rounded
    from kerazoo.runs.table import metrics_table

    lines = metrics_table(result)
    if "per_class" in result:
        lines += ["", *class_tables(result)]
    print("\n".join(lines), file=sys.stderr)
    about = {name: export.metadata.get(name) for name in ("task", "env")}
    about = {name: value for name, value in about.items() if value is not None}
    result = {**result, **about, "saved_model": str(export.version)}
    print(json.dumps(rounded(result)))


def _measure(export):
    metadata, kind, inputs = export.metadata, export.kind, None
    if data.DATA_DIR.value and not data.DATASET.value:
        with errors.user_errors(), errors.user_packages(kind.extra):
            inputs = _open_labelled(metadata)
    with errors.heavy_imports(kind.extra):
        from kerazoo.prediction.loading import load_predictor
        from kerazoo.prediction.measuring import check_labels
        from kerazoo.prediction.measuring import measure_export
        from kerazoo.prediction.problems import NoAnswersError

        with errors.user_errors():
            if inputs is None:  # Others may import TensorFlow.
                inputs = _open_labelled(metadata)
            check_labels(metadata, inputs)
            predictor = load_predictor(export.version, metadata)
            predictor.check_inputs(inputs)
    try:
        return measure_export(metadata, inputs, predictor, run_flags.BATCH_SIZE.value)
    except NoAnswersError as error:
        raise errors.UserError(str(error)) from error


def _open_labelled(metadata):
    from kerazoo.prediction.inputs import Columns
    from kerazoo.prediction.labelled_inputs import open_labelled

    columns = Columns(**{name: FLAGS[name].value for name in flags.COLUMNS})
    given = data.DATASET.value, data.DATA_DIR.value
    return open_labelled(metadata, *given, columns, flags.PART.value)


def _play(export):
    if "env" not in export.metadata:  # A game, which has an opponent or a person.
        raise errors.UserError(
            f"--saved_model={export.version} plays no environment of gymnasium: "
            "python -m apps.play plays its game and counts."
        )
    with errors.heavy_imports("dqn", legacy_keras=True):
        import gymnasium
        import numpy as np

        from kerazoo.models.dqn import make_trained_environment
        from kerazoo.models.dqn import play_episode
        from kerazoo.progress import track
        from kerazoo.serving.signatures import load_signatures

    with errors.user_errors(gymnasium.error.Error, KeyError):
        policy = load_signatures(export.version)["serving_default"]
        env = make_trained_environment(export.metadata)
    first, count = run_flags.SEED.value, playing.EPISODES.value
    seeds = track(range(first, first + count), "Playing", unit="episodes")
    returns = [play_episode(policy, env, seed)[0] for seed in seeds]
    return {
        "mean_return": float(np.mean(returns)),
        "std_return": float(np.std(returns)),
        "episodes": count,
    }
