"""Dates as people write them in many languages, and as ISO 8601 does."""

import datetime
import typing

import numpy as np

from kerazoo.data.text.parallel_text import ParallelText

_FIRST = datetime.date(1900, 1, 1)
_LAST = datetime.date(2100, 12, 31)
_LOCALES = (
    *("af", "ar", "az", "bg", "ca", "cs", "da", "de", "el", "en_GB"),
    *("en_US", "es", "et", "fa", "fi", "fr", "he", "hi", "hu", "id"),
    *("is", "it", "ja", "ko", "lt", "lv", "nb", "nl", "pl", "pt"),
    *("ro", "ru", "sk", "sl", "sv", "th", "tr", "uk", "vi", "zh"),
)
_STYLES = ("short", "medium", "long", "full")
_PATTERNS = (
    *("y-MM-dd", "y.MM.dd", "y/M/d"),
    *("d MMM y", "d MMMM y", "MMMM d, y", "EEE, d MMM y", "y MMMM d"),
)


def dates(
    seed: int = 0,
    train_examples: int = 30_000,
    test_examples: int = 2_000,
    locales: typing.Sequence[str] | None = None,
) -> ParallelText:
    """Makes pairs of a date as written somewhere and the same date in ISO 8601.

    Sources, from 1900 to 2100, are in the four styles of each locale that Babel knows
    from the [CLDR](https://cldr.unicode.org) and in eight patterns filled with its
    names of months and days, such as `"lundi 5 février 2024"` or `"2024年2月5日"`;
    targets are like `"2024-02-05"`. Left out is what cannot be read without knowing
    the locale: years of two digits, months in digits unless in the order year, month,
    day, and names that are different months in different locales of `locales`.

    No date of validation or test is one of training.

    Args:
        seed: int.
        train_examples: int. Number of pairs to train on.
        test_examples: int. Number of pairs of the test, and as many of validation.
        locales: list of names of locales such as `"pt_BR"`, or None for 40 of them.

    Returns:
        `ParallelText`.

    Raises:
        ValueError: If a locale is unknown, or a number of examples is not positive or
            leaves no dates to train on.

    Example:

    ```python
    text = dates(train_examples=1_000, locales=["en", "fr"])
    ```
    """
    from babel.dates import format_date

    total = (_LAST - _FIRST).days + 1
    if train_examples < 1 or not 1 <= test_examples <= total // 4:
        raise ValueError(
            f"Expected examples to train on, and 1 to {total // 4} to test. Received: "
            f"train_examples={train_examples}, test_examples={test_examples}"
        )
    writers = _writers([_locale(name) for name in locales or _LOCALES])
    generator = np.random.default_rng(seed)
    days = generator.permutation(total)
    parts = np.split(days, [test_examples, 2 * test_examples])

    def pairs(days):
        chosen = generator.integers(len(writers), size=len(days))
        sources, targets = [], []
        for day, writer in zip(days.tolist(), chosen.tolist()):
            date = _FIRST + datetime.timedelta(day)
            locale, patterns = writers[writer][0], writers[writer][1][date.month]
            pattern = patterns[generator.integers(len(patterns))]
            sources.append(format_date(date, pattern, locale))
            targets.append(date.isoformat())
        return sources, targets

    test, validation = pairs(parts[0]), pairs(parts[1])
    train = pairs(generator.choice(parts[2], train_examples))
    return ParallelText("dates", train, validation, test)


def _locale(name):
    from babel import Locale
    from babel import UnknownLocaleError
    from babel.localedata import locale_identifiers

    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError) as error:
        known = sorted(locale_identifiers())
        near = [other for other in known if other[:1] == name[:1].lower()]
        raise ValueError(
            f"Expected one of the {len(known)} locales of Babel, such as "
            f"{', '.join((near or known)[:10])}. Received: locale={name}"
        ) from error


def _writers(locales):
    """Returns a pair for each locale: itself, and its patterns for each month."""
    months = {}  # The months, in any locale, of a name.
    for locale in locales:
        for pattern in ("MMM", "MMMM"):
            for month in range(1, 13):
                months.setdefault(_name(month, pattern, locale), set()).add(month)
    writers = []
    for locale in locales:
        styles = [locale.date_formats[style].pattern for style in _STYLES]
        patterns = dict.fromkeys((*styles, *_PATTERNS))  # Each once, in order.
        clear = {
            month: [p for p in patterns if _is_clear(p, month, locale, months)]
            for month in range(1, 13)
        }
        writers.append((locale, clear))
    return writers


def _name(month, pattern, locale):
    from babel.dates import format_date

    name = format_date(datetime.date(2000, month, 1), pattern, locale)
    return name.casefold().strip(". ")


def _is_clear(pattern, month, locale, months):
    """Whether a date in this month can be read without knowing the locale."""
    from babel.dates import tokenize_pattern

    fields = [value for kind, value in tokenize_pattern(pattern) if kind == "field"]
    letters = "".join(letter for letter, _ in fields).replace("L", "M")
    widths = {letter: width for letter, (_, width) in zip(letters, fields)}
    if not {"y", "M", "d"} <= set(widths) or widths["y"] == 2:
        return False
    if widths["M"] > 2:
        name = _name(month, "M" * widths["M"], locale)
        if not name.isdecimal():
            return len(months[name]) == 1
    return letters.startswith("yMd")
