"""One column of a table that is a feature of nodes or edges."""

import dataclasses
import typing

NUMBER, CATEGORY, HASH, TEXT = "number", "category", "hash", "text"


@dataclasses.dataclass(frozen=True)
class FeatureColumn:
    """How a column becomes features.

    Args:
        name: Name of the column.
        kind: `"number"`; `"category"` for few words, that have a feature each; `"hash"`
            for many, whose hash tells their feature; or `"text"` for sentences, each
            of whose words is hashed.
        values: The words, in order, of a category.
        is_cut: Whether a category has rarer words, too, which have none.
        mean: Of numbers: what stands for a missing one; None where none may be missing.
        buckets: Features of what is hashed.

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
    buckets: int = 0

    @property
    def size(self) -> int:
        """Number of features that the column becomes."""
        if self.is_hashed:
            return self.buckets
        if self.kind == CATEGORY:
            return len(self.values)
        return 1 if self.mean is None else 2

    @property
    def is_hashed(self) -> bool:
        """Whether it becomes features of which most are 0."""
        return self.kind in (HASH, TEXT)

    def to_json(self) -> dict[str, typing.Any]:
        """Returns the column as JSON can hold it."""
        found = dataclasses.asdict(self)
        if not self.is_hashed:  # As before there were such.
            del found["buckets"]
        return {**found, "values": list(self.values)}

    @classmethod
    def from_json(cls, column: dict[str, typing.Any]) -> "FeatureColumn":
        """Takes back what `to_json` returned."""
        return cls(**{**column, "values": tuple(column["values"])})
