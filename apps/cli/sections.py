"""What flags are for: `--helpshort` lists them under these headings."""

import sys

from absl import flags

from apps.cli.parsers import module_of

DATA = "Task and data"
MODEL = "Model"
TRAINING = "Training"
EVALUATION = "Evaluation"
DEVICES = "Devices"
RUN = "Run and output"
SERVING = "Requests to the served model"
PICTURES = "Pictures"
TEXTS = "Texts"
ORDER = (DATA, MODEL, PICTURES, TEXTS, TRAINING, EVALUATION, DEVICES, RUN, SERVING)

# Module to pairs of the number of its flags before, and a heading.
_begins: dict[str, list] = {}


def section(title):
    """Puts the flags that a module declares from here on under a heading.

    Args:
        title: str, such as `sections.MODEL`.

    Example:

    ```python
    section(MODEL)
    flags.DEFINE_integer("width", 8, "Channels.")
    section(TRAINING)
    flags.DEFINE_float("momentum", 0.9, "Of the gradients.")
    ```
    """
    module = module_of(sys._getframe(1).f_globals["__name__"])
    before = flags.FLAGS.flags_by_module_dict().get(module, [])
    _begins.setdefault(module, []).append((len(before), title))


def section_of(name):
    """Returns the heading of a flag, or None if its module has none before it.

    Args:
        name: str. Name of the flag.
    """
    module = flags.FLAGS.find_module_defining_flag(name)
    names = [flag.name for flag in flags.FLAGS.flags_by_module_dict()[module]]
    place, found = names.index(name), None
    for begin, title in _begins.get(module, []):
        if begin <= place:
            found = title
    return found
