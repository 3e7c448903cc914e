"""The flag of the apps that learn more than one task, and defaults for each."""

from absl import flags

TASK = flags.DEFINE_string("task", None, "What to learn.")


def set_tasks(tasks):
    """Gives `--task` the values of one app, the first by default.

    Args:
        tasks: dict of name to what it means.
    """
    flag = flags.FLAGS["task"]
    flag.parser = flags.EnumParser(list(tasks))
    meanings = "; ".join(f"{name}: {meaning}" for name, meaning in tasks.items())
    flag.help = f"What to learn. {meanings}."
    flags.FLAGS.set_default("task", next(iter(tasks)))
