"""One run, from one function."""

import os
import time
import typing

from kerazoo.runs.record import Record
from kerazoo.training.schedule import Schedule
from kerazoo.training.task import Task


def run(
    task: Task,
    workdir: str | os.PathLike | None = None,
    schedule: Schedule | None = None,
    *,
    strategy: typing.Any = None,
    seed: int = 0,
    export_dir: str | os.PathLike | None = None,
    export_dtype: str = "float32",
    jit_compile: bool | None = None,
    profile_steps: tuple[int, int] | None = None,
    record: Record | None = None,
    started: float | None = None,
) -> dict[str, typing.Any]:
    """Trains a task to its end, measures and exports what it has learnt.

    The same call goes on after an interruption, with `kill -9` too, and does not repeat
    what is finished. SIGTERM and Ctrl-C save the state first.

    Args:
        task: `Task`, such as `kerazoo.tasks.gan.ImageGeneration()`.
        workdir: Folder of the run: checkpoints, TensorBoard logs, metrics.jsonl,
            result.json. Default: `runs/<family>/<name of the task, in short>`.
        schedule: `Schedule`. Default: 1,000 steps.
        strategy: `tf.distribute.Strategy`. Default: all GPUs, else the CPU.
        seed: Seed of weights, order of the data and noise.
        export_dir: Folder of the served model; the run writes its next integer version.
            None for no export. A finished run that is given another folder exports to
            it.
        export_dtype: Type of the exported weights: `"float32"`; `"bfloat16"` or
            `"float16"` of half the size, `"int8"` of a quarter, without the Keras
            model, see `kerazoo.serving.CompressedServing`.
        jit_compile: Compiles the steps with XLA; None where it is faster.
        profile_steps: First and last step of a TensorBoard profile, or None.
        record: `Record` of what defines the run. Default: the task's settings.
        started: `time.perf_counter()` from which the time to the first step counts.
            Default: that of the call.

    Returns:
        dict of the result, the same as `result.json`: the task's metrics, counts and
        times, and `export`, the path of the exported version or None.

    Raises:
        RunError: If an argument is wrong, the folder is of another run, or a file
            cannot be read or written. The trained state is kept.
        Interrupted: After a signal; the state is saved.
        FloatingPointError: If training diverged.

    Example:

    ```python
    import kerazoo
    from kerazoo.tasks.gnn import NodeClassification
    from kerazoo.training import Schedule

    task = NodeClassification("karate_club")
    result = kerazoo.run(task, "runs/club", Schedule(train_steps=20, eval_every=10))
    result["test_accuracy"]  # 0.9 or so
    ```
    """
    # Only now: GNN and DQN must come before TensorFlow, whatever is imported first.
    from kerazoo.runs.execution import execute

    return execute(
        task,
        workdir,
        schedule,
        strategy,
        seed,
        export_dir,
        export_dtype,
        jit_compile,
        profile_steps,
        record,
        time.perf_counter() if started is None else started,
    )
