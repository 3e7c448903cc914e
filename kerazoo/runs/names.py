"""Names of runs for folders."""


def short_name(name: str) -> str:
    """Returns a name for folders: lower case, without namespace and version.

    Args:
        name: Of a dataset or environment.

    Example:

    ```python
    from kerazoo.runs.names import short_name

    short_name("CartPole-v1"), short_name("ALE/Pong-v5")  # ("cartpole", "pong")
    ```
    """
    name = name.rsplit(":", 1)[-1].rsplit("/", 1)[-1]
    stem, _, version = name.rpartition("-v")
    return (stem if stem and version.isdigit() else name).lower()
