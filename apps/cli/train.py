"""From the shared flags to `kerazoo.run`: once, once per seed or once per fold."""

import contextlib
import json
import pathlib
import time

from apps.cli import errors
from apps.cli import run_flags as run
from apps.cli import signals
from apps.cli.closing import say_closing
from apps.cli.flags_record import FlagsRecord
from kerazoo.runs.names import short_name

_START = time.perf_counter()


def train(
    make_task,
    family,
    name,
    module,
    patience=None,
    sample_every=None,
    ensemble=None,
    **more,
):
    """Trains a task as the shared flags say, and prints its result as the last line.

    Args:
        make_task: Function without arguments to a `kerazoo.training.Task`.
        family: str, such as `"gan"`.
        name: str. Dataset or environment.
        module: str. `__name__` of the app.
        patience, sample_every: Of the `Schedule`.
        ensemble: dict or None. Has the models of several seeds exported as one; what is
            in it is changed in the flags of each.
        **more: Of the `Schedule`, what is an app's own.
    """
    from kerazoo.runs import run as run_task
    from kerazoo.runs import run_ensemble
    from kerazoo.runs import run_seeds

    schedule = make_schedule(patience=patience, sample_every=sample_every, **more)
    name = short_name(name)
    workdir = run.WORKDIR.value or f"runs/{family}/{name}"
    export_dir = None
    if run.EXPORT.value:
        export_dir = run.EXPORT_DIR.value or f"saved_models/{family}_{name}"
    options = run_options()
    seed, num_seeds = run.SEED.value, run.NUM_SEEDS.value
    if num_seeds > 1:
        if ensemble is not None:
            options["record"] = FlagsRecord(module)
        run_all = run_seeds if ensemble is None else run_ensemble
        result = run_all(
            make_task,
            range(seed, seed + num_seeds),
            workdir,
            schedule,
            export_dir=export_dir,
            make_record=lambda seed, folder: FlagsRecord(
                module, seed=seed, num_seeds=1, workdir=folder, **(ensemble or {})
            ),
            **options,
        )
    else:
        result = run_task(
            make_task(),
            workdir,
            schedule,
            seed=seed,
            export_dir=export_dir,
            record=FlagsRecord(module),
            **options,
        )
    if run.EXPORT.value and not run.EXPORT_DIR.value and result["export"]:
        from kerazoo.serving.models_config import write_models_config

        with errors.user_errors():
            write_models_config(pathlib.Path("saved_models"))
    say_closing(result, workdir, family)
    print(json.dumps(result), flush=True)


def cross_validate(make_task, family, name, module, num_folds, metric, **more):
    """Trains a task once for each fold, see `train`.

    Args:
        make_task: Function of the number of a fold to a `Task`.
        family, name, module: See `train`.
        num_folds: int.
        metric: str. Metric of the evaluations, the larger the better.
        **more: Of the `Schedule`, what is an app's own.
    """
    from kerazoo.runs import cross_validate as run_folds

    workdir = run.WORKDIR.value or f"runs/{family}/{short_name(name)}_folds"
    result = run_folds(
        make_task,
        num_folds,
        workdir,
        make_schedule(**more),
        metric=metric,
        seed=run.SEED.value,
        make_record=lambda fold, folder: FlagsRecord(
            module, fold=fold, cross_validate="false", export="false", workdir=folder
        ),
        **run_options(),
    )
    say_closing(result, workdir, family)
    print(json.dumps(result), flush=True)


def make_schedule(**more):
    """Returns the `Schedule` of the shared flags, with what is an app's own."""
    from kerazoo.training.schedule import Schedule

    return Schedule(
        train_steps=run.TRAIN_STEPS.value,
        eval_every=run.EVAL_EVERY.value,
        checkpoint_every=run.CHECKPOINT_EVERY.value,
        log_every=run.LOG_EVERY.value,
        **more,
    )


def run_options():
    """Returns what all ways to run take of the shared flags; makes the strategy."""
    import keras

    from kerazoo.training import strategy

    name = run.STRATEGY.value
    # Workers wait for each other outside of Python, where no signal is heard.
    waiting = signals.killed() if name == "multi_worker" else contextlib.nullcontext()
    with errors.user_errors(), waiting:
        options = {
            "strategy": strategy.create(name, run.NUM_DEVICES.value),
            "export_dtype": run.EXPORT_DTYPE.value,
            "jit_compile": run.JIT_COMPILE.value,
            "profile_steps": _profile_steps(),
            "started": _START,
        }
    keras.config.set_dtype_policy(run.DTYPE_POLICY.value)
    return options


def _profile_steps():
    """Returns the first and the last step of `--profile_steps`, or None."""
    if not run.PROFILE_STEPS.value:
        return None
    text = ",".join(run.PROFILE_STEPS.value)
    first, _, last = text.partition(",")
    if not (first.isdigit() and last.isdigit() and int(first) < int(last)):
        raise ValueError(f"--profile_steps={text} must be two steps A,B with A < B.")
    return int(first), int(last)
