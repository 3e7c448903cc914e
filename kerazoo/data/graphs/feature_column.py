"""One column of a table that is a feature of nodes or edges."""

import dataclasses
import typing

NUMBER, CATEGORY = "number", "category"


@dataclasses.dataclass(frozen=True)
class FeatureColumn:
    """How a column becomes features.

    Args:
        name: Name of the column.
        kind: `"number"`, or `"category"` for words that have a feature each.
        values: The words, in order, of a category.
        is_cut: Whether it has rarer words, too, which have none.
        mean: Of numbers: what stands for a missing one; None where none may be missing.

    Example:

    ```python
    FeatureColumn("team", "category", ("blue", "red")).size  # 2
    ```
    """

    name: str
    kind: str
    values: tuple[str, ...] = ()
    is_cut: bool = False
    mean: float | None = None

    @property
    def size(self) -> int:
        """Number of features that the column becomes."""
        if self.kind == CATEGORY:
            return len(self.values)
        return 1 if self.mean is None else 2

    def to_json(self) -> dict[str, typing.Any]:
        """Returns the column as JSON can hold it."""
        found = dataclasses.asdict(self)
        return {**found, "values": list(self.values)}

    @classmethod
    def from_json(cls, column: dict[str, typing.Any]) -> "FeatureColumn":
        """Takes back what `to_json` returned."""
        return cls(**{**column, "values": tuple(column["values"])})
