"""The flag of the apps that learn more than one task, and defaults for each."""

from absl import flags

from apps.cli.sections import DATA
from apps.cli.sections import section

section(DATA)
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


def take_defaults(task_defaults):
    """Gives flags the defaults of the task that was chosen.

    Args:
        task_defaults: dict of a task to a dict of flag name to default.
    """
    for name, value in task_defaults.get(TASK.value, {}).items():
        flags.FLAGS.set_default(name, value)
