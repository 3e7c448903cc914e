"""What somebody may have meant."""

import difflib


def nearest(name, names):
    """Returns the sentence `" Did you mean ...?"`, or nothing where no name is near.

    Args:
        name: str. What was given.
        names: Iterable of str. What there is.
    """
    name, known = name.lower(), {there.lower(): there for there in names}
    near = difflib.get_close_matches(name, known, n=5)
    near.sort(key=lambda there: (_unlike(name, there), there[:1] != name[:1]))
    return f" Did you mean {known[near[0]]}?" if near else ""


def _unlike(name, there):
    return -difflib.SequenceMatcher(a=there, b=name).ratio()
