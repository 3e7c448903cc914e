"""What can be known from the flags alone: which were given, which go together."""

import dataclasses

from absl import flags

_MOST_NAMED = 4  # Values that an error lists.


def is_given(name):
    """Returns whether a flag has another value than the app's own default.

    A run's `flags.txt` names all flags, also those that a user never gave.
    """
    flag = flags.FLAGS[name]
    return flag.present and flag.value != flag.default


def check_owners(choice, owners):
    """Refuses flags that have no meaning with the value of another one.

    Args:
        choice: str. Name of the flag that decides, such as `"task"`.
        owners: dict of a flag's name to the values of `choice` that it goes with.

    Raises:
        ValueError: If one was given with another value.
    """
    value = flags.FLAGS[choice].value
    for name, values in owners.items():
        if is_given(name) and value not in values:
            if len(values) > _MOST_NAMED:
                raise ValueError(f"--{name} does not go with --{choice}={value}.")
            *others, last = values
            known = f"{', '.join(others)} or {last}" if others else last
            raise ValueError(f"--{name} goes with --{choice}={known}.")


def arguments(kind, **more):
    """Makes a dataclass of the flags that have the names of its fields.

    Args:
        kind: A dataclass.
        **more: Fields that are no flags, or are not taken from them.
    """
    names = [field.name for field in dataclasses.fields(kind) if field.init]
    given = {n: flags.FLAGS[n].value for n in names if n in flags.FLAGS}
    return kind(**{**given, **more})
