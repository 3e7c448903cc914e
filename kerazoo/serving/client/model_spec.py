"""Which model, and which of its versions, is asked."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class ModelSpec:
    """A model, its newest version unless a version or a label is named.

    Args:
        name: str.
        version: int or None.
        label: str or None. Such as `"stable"`.

    Raises:
        ValueError: If there is no name, or both a version and a label.
    """

    name: str
    version: int | None = None
    label: str | None = None

    def __post_init__(self):
        if not self.name:
            raise ValueError("`model` must be the name of a model. Received: model=")
        if self.version is not None and self.label is not None:
            raise ValueError(
                "`version` does not go with `label`, which names one. "
                f"Received: version={self.version}, label={self.label}"
            )

    def __str__(self):
        if self.version is not None:
            return f"model {self.name}, version {self.version}"
        if self.label is not None:
            return f"model {self.name}, label {self.label}"
        return f"model {self.name}"
