"""Whose run a folder holds."""

_TELLING = {  # A flag that no other app has.
    "adversarial_loss": "apps.train_gan",
    "architecture": "apps.train_gnn",
    "parametrization": "apps.train_diffusion",
    "replay_capacity": "apps.train_dqn",
    "tokens_per_batch": "apps.train_transformer",
}

_TASK_BEFORE = {"apps.train_dqn": "--task=control"}  # Of runs without a flag for it.


def command_of(lines):
    """Returns the command that flags are of, such as "apps.train_gan --task=toy".

    Args:
        lines: dict of the names of flags to lines of a flagfile.

    Returns:
        str, or None for flags of no app.
    """
    apps = [app for flag, app in _TELLING.items() if flag in lines]
    if len(apps) != 1:
        return None
    task = lines.get("task") or _TASK_BEFORE.get(apps[0], "")
    return f"{apps[0]} {task}".rstrip()
