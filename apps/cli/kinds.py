"""What values a flag takes, in words."""

from absl import flags


def kind_of(flag):
    """Returns what a flag takes, such as `"a whole number, at least 1"`.

    Args:
        flag: `absl.flags.Flag`.
    """
    parser = flag.parser
    if flag.boolean:
        return "true or false"
    if isinstance(parser, flags.EnumParser):
        *names, last = parser.enum_values
        return f"{', '.join(names)} or {last}" if names else last
    if isinstance(parser, flags.IntegerParser):
        return f"a whole number{_bounds(parser)}"
    if isinstance(parser, flags.FloatParser):
        return f"a number{_bounds(parser)}"
    if isinstance(parser, flags.ListParser):
        return getattr(parser, "kind", "values between commas")
    return "text; again for more" if isinstance(flag, flags.MultiFlag) else "text"


def text_of(value):
    """Returns a value of a flag as it is written on a command line.

    Args:
        value: bool, number, str, list or None.
    """
    if value is None or value in ("", []):
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, (list, tuple)):
        return ",".join(map(text_of, value))
    return str(value)


def _bounds(parser):
    low, high = parser.lower_bound, parser.upper_bound
    if low is None and high is None:
        return ""
    if high is None:
        return f", at least {text_of(low)}"
    if low is None:
        return f", at most {text_of(high)}"
    return f" from {text_of(low)} to {text_of(high)}"
