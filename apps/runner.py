"""What every app does around its own work: errors, exit codes, the run's folder."""

import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
import warnings

from absl import app
from absl import flags
from absl import logging

from apps import flags as shared
from apps import quiet

_START = time.perf_counter()
_FAILED = 1
_USER_ERROR = 2
_LIFELINE = "KERAZOO_LIFELINE"  # Pipe that closes when the repeating process ends.


class UserError(Exception):
    """A mistake of the person at the keyboard, to be said in one line."""


@contextlib.contextmanager
def user_errors(*types):
    """Turns these exceptions, ValueError and OSError into a `UserError`.

    Put it around what only checks arguments and opens files, never around training.
    """
    try:
        yield
    except (ValueError, OSError, *types) as error:
        raise UserError(" ".join(str(error).split())) from error


@contextlib.contextmanager
def heavy_imports(extra, legacy_keras=False):
    """Prepares an app's imports of TensorFlow and of what an extra brings.

    TensorFlow is imported without what its C++ code says on every start; a missing
    package is one line that says what to install.

    Args:
        extra: str. Name of the extra of `setup.cfg` that has the packages.
        legacy_keras: bool. Puts Keras 2 behind `tf.keras`, for TF-Agents and TF-GNN.
    """
    try:
        if legacy_keras:
            from kerazoo import legacy_keras
        quiet.import_tensorflow()
        yield
    except ModuleNotFoundError as error:
        _exit(_missing(error, extra))


@contextlib.contextmanager
def user_packages(extra):
    """Says which extra to install if a package is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise UserError(_missing(error, extra)) from error


def launch(main, defaults=None, tasks=None):
    """Runs an app's `main` and exits as the command-line contract says.

    0: done. 1: training failed. 2: a user's mistake, said in one line. 130 and 143:
    stopped by Ctrl-C or SIGTERM, to be run again.

    Args:
        main: Function of the command line's remaining arguments.
        defaults: dict of flag name to the app's own default.
        tasks: dict of the values of `--task` to what they mean, for apps that have it.
    """
    _end_with_parent()
    set_defaults(defaults or {})
    if tasks:
        from apps import task_flag

        task_flag.set_tasks(tasks)
    app.run(lambda argv: _guarded(main, argv), flags_parser=_parse)


def _end_with_parent():
    """Makes a run that `repeat` began save its state and end when that is killed."""
    lifeline = os.environ.pop(_LIFELINE, None)
    if lifeline is None:
        return

    def wait():
        os.read(int(lifeline), 1)  # Nothing is ever written.
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def set_defaults(defaults):
    """Gives shared flags the defaults of one app.

    Args:
        defaults: dict of flag name to value.
    """
    for flag, value in defaults.items():
        flags.FLAGS.set_default(flag, value)


def _parse(argv):
    try:
        return flags.FLAGS(argv)
    except SystemExit:  # --help and its kin, which absl ends with 1.
        sys.exit(0)
    except flags.Error as error:
        _exit(f"{str(error).rstrip('.')}. See --helpshort.")


def _guarded(main, argv):
    logging.set_verbosity(logging.ERROR)
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        _run_or_exit(main, argv)


def _run_or_exit(main, argv):
    from kerazoo.training.interruption import Interrupted

    try:
        if len(argv) > 1:
            raise UserError(
                f"Unexpected argument {argv[1]!r}: flags are given as --name=value."
            )
        main(argv)
    except UserError as error:
        _exit(str(error))
    except Interrupted as interrupted:
        print(
            f"Stopped by {interrupted}, state saved. The same command goes on.",
            file=sys.stderr,
        )
        sys.exit(128 + interrupted.signal_number)
    except KeyboardInterrupt:
        sys.exit(130)
    except FloatingPointError as error:
        _exit(str(error), _FAILED)


def _missing(error, extra):
    return (
        f"{error.name} is not installed: this needs pip install 'kerazoo[{extra}]', "
        f"in a clone pip install '.[{extra}]'."
    )


def _show_warning(message, category, *_):
    if issubclass(category, UserWarning):  # Others speak to programmers.
        print(f"Warning: {message}", file=sys.stderr)


def _exit(message, code=_USER_ERROR):
    print(f"Error: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(code)


class Run:
    """One training run: its folder, its strategy, its result.

    Use it as a context manager around all of an app's work.

    Args:
        family: str, such as `"dqn"`.
        name: str. Dataset or environment.
        objective: str. Metric of the result that is better the larger it is; with
            `--num_seeds` the best run by it is exported.

    Attributes:
        workdir: `kerazoo.training.workdir.Workdir`.
        strategy: `tf.distribute.Strategy`.
        interruption: `kerazoo.training.interruption.Interruption`.
        profiler: `kerazoo.training.profiler.Profiler`.
        finished: bool. Whether this very run was done before.
    """

    def __init__(self, family, name, objective):
        self.family = family
        self.name = short_name(name)
        self.objective = objective
        self.finished = False

    def __enter__(self):
        import keras

        from kerazoo.training import strategy
        from kerazoo.training.interruption import Interruption
        from kerazoo.training.profiler import Profiler
        from kerazoo.training.workdir import Workdir

        if shared.NUM_SEEDS.value > 1:
            _repeat_over_seeds(self)
            self.finished = True
            return self
        path = shared.WORKDIR.value or f"runs/{self.family}/{self.name}"
        with user_errors():
            self.strategy = strategy.create(
                shared.STRATEGY.value, shared.NUM_DEVICES.value
            )
            worker = strategy.worker_index(self.strategy)
            self.is_chief = worker == 0
            if not self.is_chief:
                path = f"{path}/worker_{worker}"
            self.workdir = Workdir(path)
            self.previous = self.workdir.read_result()
            self._same = _check_flags(self.workdir.path / "flags.txt")
            self.profiler = Profiler(
                self.workdir.path / "tensorboard", *_profile_steps()
            )
        keras.utils.set_random_seed(shared.SEED.value)
        keras.config.set_dtype_policy(shared.DTYPE_POLICY.value)
        # Workers that were stopped one after the other must agree.
        done = strategy.minimum_over_workers(
            self.strategy, self._same and self._is_done()
        )
        if done:
            print(f"Done before, see {path}/result.json.", file=sys.stderr)
            print(json.dumps(self.previous))
            self.finished = True
        self.interruption = Interruption().__enter__()
        return self

    def __exit__(self, *_):
        if hasattr(self, "interruption"):
            self.interruption.__exit__()
            self.profiler.close()
            self.workdir.close()

    def start(self):
        """Makes the folder this run's: notes its flags, drops the outcome of others.

        Call it when all flags have proved right, before training: a mistake in the
        command leaves the folder as it was.
        """
        from kerazoo.training import workdir

        if not self._same:  # Another outcome must not pass for this run's.
            (self.workdir.path / "result.json").unlink(missing_ok=True)
        lines = [f"{line}\n" for line in _own_flags().values() if line]
        workdir.write_text(self.workdir.path / "flags.txt", "".join(lines))

    def export(self, module, signatures, metadata=None, warmup=None):
        """Exports a module as the next version of this run's served model.

        Takes the arguments of `kerazoo.serving.export.export`.

        Returns:
            str, the path of the version; None with `--noexport` and for workers
            other than the first.
        """
        from kerazoo.serving import export

        if not shared.EXPORT.value or not self.is_chief:
            return None
        default = pathlib.Path("saved_models") / f"{self.family}_{self.name}"
        directory = shared.EXPORT_DIR.value or default
        metadata = {"family": self.family, **(metadata or {})}
        try:
            path = export.export(module, signatures, directory, metadata, warmup)
            if not shared.EXPORT_DIR.value:
                export.write_models_config(default.parent)
        except OSError as error:
            raise UserError(
                f"--export_dir={directory} cannot be written ({error}). The trained "
                "model is kept: run again with another one."
            ) from error
        return str(path)

    def finish(self, result):
        """Writes `result.json` and prints the same as the run's last line.

        Args:
            result: dict of the family's metrics by their standard names.
        """
        self.workdir.write_result(result)
        print(json.dumps(result), flush=True)

    def _is_done(self):
        if self.previous is None:
            return False
        export = self.previous["export"]
        wanted = shared.EXPORT.value and self.is_chief
        return not wanted or bool(export and os.path.isdir(export))


def is_given(name):
    """Returns whether a flag has another value than the app's own default.

    A run's `flags.txt` names all flags, also those that a user never gave.
    """
    flag = flags.FLAGS[name]
    return flag.present and flag.value != flag.default


def seconds_until(moment):
    """Returns the seconds from the app's first line to a `time.perf_counter()`."""
    return None if moment is None else moment - _START


def short_name(name):
    """Returns a name for folders: lower case, without namespace and version.

    `"CartPole-v1"` becomes `"cartpole"`, `"ALE/Pong-v5"` `"pong"`.
    """
    name = name.rsplit(":", 1)[-1].rsplit("/", 1)[-1]
    stem, _, version = name.rpartition("-v")
    return (stem if stem and version.isdigit() else name).lower()


def _profile_steps():
    """Returns the first and the last step of `--profile_steps`, or nothing."""
    if not shared.PROFILE_STEPS.value:
        return ()
    text = ",".join(shared.PROFILE_STEPS.value)
    first, _, last = text.partition(",")
    if not (first.isdigit() and last.isdigit() and int(first) < int(last)):
        raise ValueError(f"--profile_steps={text} must be two steps A,B with A < B.")
    return int(first), int(last)


def _own_flags():
    """Returns the app's flags as dict of name to a line of a flagfile."""
    lines = {}
    for module, defined in flags.FLAGS.flags_by_module_dict().items():
        if module.startswith("apps.") or module == sys.argv[0]:
            for flag in defined:
                lines[flag.name] = flag.serialize()
                if flag.boolean and flag.value is not None:
                    lines[flag.name] = f"--{flag.name}={str(flag.value).lower()}"
    return dict(sorted(lines.items()))


def _check_flags(path):
    """Refuses other model flags than the folder's.

    Returns:
        bool. Whether all flags but those of where to write are as before.
    """
    current = _own_flags()
    changed = {}
    states = [*path.parent.glob("checkpoints/*"), *path.parent.glob("best/*")]
    has_state = path.exists() and bool(states)
    if has_state:
        before = {
            line.split("=")[0].removeprefix("--"): line
            for line in path.read_text().splitlines()
        }
        changed = {
            name: f"{before.get(name) or f'no --{name}'} became {line or 'unset'}"
            for name, line in current.items()
            if before.get(name, "") != line and not _is_new(name, before)
        }
        refused = [
            text for name, text in changed.items() if name not in shared.MAY_CHANGE
        ]
        if refused:
            raise UserError(
                f"{path.parent} was trained with other flags: {'; '.join(refused)}. "
                "Use the old ones again, or another --workdir."
            )
    return has_state and changed.keys() <= {"workdir", "export", "num_seeds"}


def _is_new(name, before):
    """Returns whether a flag that a folder does not know has its default."""
    flag = flags.FLAGS[name]
    return name not in before and flag.value == flag.default


def repeat(*more_flags):
    """Runs this very command again in a process of its own, with more flags.

    Ends this process as the other one ended, if it did not succeed.

    Returns:
        dict. Its result.
    """
    module = f"apps.{pathlib.Path(sys.argv[0]).stem}"
    command = [sys.executable, "-m", module, *sys.argv[1:], *more_flags]
    lifeline, held = os.pipe()
    child = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, _LIFELINE: str(lifeline)},
        pass_fds=[lifeline],
    )
    os.close(lifeline)
    handlers = {  # The child saves its state first; Ctrl-C reaches it by itself.
        signal.SIGTERM: lambda *_: child.terminate(),
        signal.SIGINT: lambda *_: None,
    }
    before = {
        number: signal.signal(number, handler) for number, handler in handlers.items()
    }
    try:
        output, _ = child.communicate()
    finally:
        os.close(held)
        for number, handler in before.items():
            signal.signal(number, handler)
    if child.returncode:
        died = child.returncode < 0
        sys.exit(128 - child.returncode if died else child.returncode)
    return json.loads(output.splitlines()[-1])


def _repeat_over_seeds(run):
    """Runs the same command once per seed, then exports the best."""
    base = shared.WORKDIR.value or f"runs/{run.family}/{run.name}"

    def train(seed, *more_flags):
        flags = ("--num_seeds=1", f"--seed={seed}", f"--workdir={base}/seed_{seed}")
        return repeat(*flags, *more_flags)

    first = shared.SEED.value
    results = [
        train(seed, "--noexport")
        for seed in range(first, first + shared.NUM_SEEDS.value)
    ]
    best = max(range(len(results)), key=lambda i: results[i][run.objective])
    if shared.EXPORT.value:
        results[best]["export"] = train(first + best)["export"]
    import numpy as np

    summary = {"seed": first + best, **results[best]}
    for name, value in results[best].items():
        values = [result.get(name) for result in results]
        if isinstance(value, float) and None not in values:
            summary[f"{name}_mean"] = float(np.mean(values))
            summary[f"{name}_std"] = float(np.std(values))
    pathlib.Path(base, "result.json").write_text(json.dumps(summary) + "\n")
    print(json.dumps(summary), flush=True)
