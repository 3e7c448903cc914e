"""The licences of the data that need no files of the user's own."""

import typing

NOT_KNOWN = "not known"
_GENERATED = "generated, of no one's licence"
LICENCES = {
    "dates": (
        "generated, with names of months and days of the Unicode CLDR (Unicode License "
        "v3)"
    ),
    "digits": (
        "CC BY 4.0 (UCI, Optical Recognition of Handwritten Digits, by way of "
        "scikit-learn)"
    ),
    "ethanol": _GENERATED,
    "family_tree": _GENERATED,
    "grid": _GENERATED,
    "karate_club": "published without a licence (Zachary, 1977), by way of NetworkX",
    "python_topics": "Python Software Foundation License 2, Python's documentation",
    "ring": _GENERATED,
    "southern_women": (
        "published without a licence (Davis, Gardner and Gardner, 1941), by way of "
        "NetworkX"
    ),
    "tone_letters": _GENERATED,
}


def licence_of(dataset: typing.Any) -> str:
    """Returns the licence of a dataset, as far as it is known.

    Args:
        dataset: Name of a built-in dataset; of anything else nothing is known.

    Example:

    ```python
    licence_of("digits")  # "CC BY 4.0 (...)"
    ```
    """
    return LICENCES.get(dataset, NOT_KNOWN) if isinstance(dataset, str) else NOT_KNOWN
