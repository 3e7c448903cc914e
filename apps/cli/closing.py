"""What a training command says at its end, for a person: JSON is for programs."""

import pathlib
import sys

from absl import flags

_PREDICT = "python -m apps.predict --saved_model={model} --input=FILE"
_IMAGES = "python -m apps.generate {source} --count=8 --picture=new.png"
_NEXT = {  # By family, and task where a family's tasks differ.
    "diffusion": _IMAGES,
    "dqn": "python -m apps.play --saved_model={model} --video=play.gif",
    "dqn board": "python -m apps.play --saved_model={model}",
    "dqn fictitious_play": "python -m apps.play --saved_model={model}",
    "dqn text_game": "python -m apps.play --saved_model={model}",
    "gan generate": _IMAGES,
    "gnn": _PREDICT,
    "transformer classify": _PREDICT,
    "transformer generate": (
        "python -m apps.generate --saved_model={model} --prompt='TEXT'"
    ),
    "transformer image": _PREDICT,
    "transformer pretrain": (
        "python -m apps.train_transformer --task=classify --data_dir=TABLE "
        "--init_from={model}"
    ),
    "transformer pretrain_image": (
        "python -m apps.train_transformer --task=image --init_from={model}"
    ),
    "transformer translate": (
        "echo 'TEXT' | python -m apps.translate --saved_model={model}"
    ),
}


def say_closing(result, workdir, family):
    """Prints the metrics, where everything is, and what to do next.

    Args:
        result: dict, what is printed as JSON.
        workdir: path of the run, or of the runs of several seeds.
        family: str, such as `"gan"`.
    """
    from kerazoo.runs.table import metrics_table

    lines = ["", *metrics_table(result), ""]
    folder = pathlib.Path(workdir)
    of_best = folder / f"seed_{result.get('seed')}"
    pictures = sorted(folder.glob("*.png"))
    if of_best.is_dir():
        pictures += sorted(of_best.glob("*.png"))
    if pictures:
        lines.append(f"pictures {', '.join(map(str, pictures))}")
    lines.append(f"run      {folder}")
    if result.get("export"):
        lines.append(f"export   {result['export']}")
    if command := next_command(result.get("export"), workdir, family):
        lines.append(f"next     {command}")
    print("\n".join(lines), file=sys.stderr)


def next_command(export, workdir, family):
    """Returns the command to try next, or None.

    Args:
        export: path of the exported version, or None.
        workdir, family: See `say_closing`.
    """
    task = flags.FLAGS["task"].value
    command = _NEXT.get(f"{family} {task}") or _NEXT.get(family)
    if command is None:
        return None
    if export:
        model = pathlib.Path(export).parent
        return command.format(model=model, source=f"--saved_model={model}")
    if command is _IMAGES:
        return command.format(source=f"--workdir={workdir}")
    return None
