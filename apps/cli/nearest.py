"""What somebody may have meant."""

import difflib


def nearest(name, names):
    """Returns the sentence `" Did you mean ...?"`, or nothing where no name is near.

    Args:
        name: str. What was given.
        names: Iterable of str. What there is.
    """
    known = {there.lower(): there for there in names}
    near = difflib.get_close_matches(name.lower(), known, n=1)
    return f" Did you mean {known[near[0]]}?" if near else ""
