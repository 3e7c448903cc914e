"""Names of languages over the columns of pairs."""

import functools

_SIDES = {  # What people write in place of a language.
    **dict.fromkeys(("source", "src", "original", "input", "question"), "source"),
    **dict.fromkeys(("target", "tgt", "translation", "output", "answer"), "target"),
}
_FREQUENT = (  # Of these languages codes and own names are known, of all the English.
    *("ar", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fr", "he", "hi", "hu"),
    *("id", "it", "ja", "ko", "nb", "nl", "pl", "pt", "ro", "ru", "sv", "th", "tr"),
    *("uk", "vi", "zh"),
)


def language_of(name: str) -> str | None:
    """Returns the code of a language by its name; None for other words.

    Args:
        name: str, such as `"German"`, `"Deutsch"` or `"de"`; also `"source"` and
            `"target"`, which stand for themselves.

    Example:

    ```python
    language_of("Deutsch"), language_of("German"), language_of("Hund")
    # ("de", "de", None)
    ```
    """
    name = name.strip().lower()
    return _SIDES.get(name) or _languages().get(name)


def is_language(cell: str, language: str) -> bool:
    """Returns whether a cell names a language, which may be given by its code or name.

    Example:

    ```python
    is_language("German", "de"), is_language("de_DE", "de")  # (True, True)
    ```
    """
    cell, language = cell.strip().lower(), language.strip().lower()
    if language in (cell, cell.replace("-", "_").partition("_")[0]):
        return True
    found = language_of(cell)
    return found is not None and found in (language, language_of(language))


def is_header(first: tuple[str, str]) -> bool:
    """Returns whether two cells or lines are the names of two languages.

    Two names of one language may be a pair of words, in a list of such.

    Example:

    ```python
    is_header(("English", "German")), is_header(("German", "Deutsch"))  # (True, False)
    ```
    """
    source, target = map(language_of, first)
    return source is not None and target is not None and source != target


@functools.cache
def _languages():
    """Returns codes by names in lower case."""
    from babel import Locale

    english = Locale.parse("en").languages
    own = {Locale.parse(code).languages[code].lower(): code for code in _FREQUENT}
    codes = dict(zip(_FREQUENT, _FREQUENT))
    return own | {name.lower(): code for code, name in english.items()} | codes
