"""Which model is explained."""

from apps.cli import exports
from apps.cli import run_flags
from apps.cli.checks import is_given
from apps.generation import checks

FAMILIES = ("transformer", "gnn")


def find_model():
    """Returns the folder of the model, and its family.

    Raises:
        ValueError: If there is none that can be explained.
    """
    checks.check_model()
    folder = run_flags.WORKDIR.value
    if folder is None:
        version, metadata = exports.find_export(*FAMILIES)
        return version, metadata["family"]
    from kerazoo.runs.reading import family_of

    family = family_of(folder)
    if family not in FAMILIES:
        raise ValueError(
            f"--workdir={folder} is no run of apps.train_transformer or apps.train_gnn."
        )
    return folder, family


def check_not_given(names, owner):
    """Refuses flags that are of another family.

    Args:
        names: Of the flags.
        owner: What they are of, such as `"a Transformer"`.

    Raises:
        ValueError: If one is given.
    """
    for name in names:
        if is_given(name):
            raise ValueError(f"--{name} goes with {owner}.")
