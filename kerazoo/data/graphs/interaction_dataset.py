"""Users, items, and which user took which item."""

import dataclasses
from collections.abc import Sequence

from kerazoo.data.graphs.interactions import Interactions


@dataclasses.dataclass(eq=False)
class InteractionDataset:
    """Interactions of users with items, and their split.

    Args:
        name: str.
        user_names: Ids of the U users.
        item_names: Ids of the I items.
        train: `Interactions` to learn from.
        validation: Those to choose by; there may be none.
        test: Those to measure by.

    Example:

    ```python
    taken = Interactions.from_pairs([0, 0, 1], [0, 1, 1], num_users=2)
    none = Interactions.from_pairs([], [], num_users=2)
    InteractionDataset("own", ["ann", "bob"], ["tea", "jam"], taken, none, none)
    ```
    """

    name: str
    user_names: Sequence[str]
    item_names: Sequence[str]
    train: Interactions
    validation: Interactions
    test: Interactions

    def describe(self) -> str:
        """Returns what stands for the dataset among the settings of a run."""
        return self.name

    def validate(self) -> None:
        """Checks that there is enough to learn from and to measure.

        Raises:
            ValueError: If a part is of other users or items, or none is to be learnt
                from or measured.
        """
        num_users, num_items = len(self.user_names), len(self.item_names)
        for part in ("train", "validation", "test"):
            taken = getattr(self, part)
            if taken.num_users != num_users:
                raise ValueError(
                    f"{self.name}: `{part}` must have a row for each of the "
                    f"{num_users} users. Received: {taken.num_users} rows"
                )
            if len(taken) and not 0 <= taken.items.min() <= taken.items.max() < (
                num_items
            ):
                raise ValueError(
                    f"{self.name}: items of `{part}` must be from 0 to "
                    f"{num_items - 1}. Received: {taken.items.max()}"
                )
        for part in ("train", "test"):
            if not len(getattr(self, part)):
                raise ValueError(
                    f"{self.name}: `{part}` must have at least one interaction; users "
                    "of one item have none to hold out. Received: none"
                )
        if num_items < 2:
            raise ValueError(
                f"{self.name}: expected at least two items. Received: {num_items}"
            )
