"""What users took, in compressed rows."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class Interactions:
    """The items that each user took.

    Args:
        starts: int64 `(U + 1,)`. Where the items of each user begin, and the end.
        items: int32 `(E,)`. The items of all users, one user after the other, each
            once and in ascending order.

    Attributes:
        num_users: Number of users U.
        sizes: int64 `(U,)`, how many items each user took.
        users: int32 `(E,)`, the user of each of `items`.

    Example:

    ```python
    taken = Interactions.from_pairs([1, 0, 1], [4, 2, 0], num_users=2)
    taken.of(1)  # [0, 4]
    ```
    """

    starts: np.ndarray
    items: np.ndarray

    @classmethod
    def from_pairs(
        cls, users: np.ndarray, items: np.ndarray, num_users: int
    ) -> "Interactions":
        """Returns the interactions of pairs, of which equal ones count once.

        Args:
            users: int `(E,)`.
            items: int `(E,)`.
            num_users: int.
        """
        users, items = np.asarray(users, np.int64), np.asarray(items, np.int64)
        width = int(items.max(initial=0)) + 1
        keys = np.unique(users * width + items)
        counts = np.bincount(keys // width, minlength=num_users)
        starts = np.concatenate([[0], np.cumsum(counts)])
        return cls(starts.astype(np.int64), (keys % width).astype(np.int32))

    def __len__(self) -> int:
        return len(self.items)

    @property
    def num_users(self) -> int:
        return len(self.starts) - 1

    @property
    def sizes(self) -> np.ndarray:
        return np.diff(self.starts)

    @property
    def users(self) -> np.ndarray:
        return np.repeat(np.arange(self.num_users, dtype=np.int32), self.sizes)

    def of(self, user: int) -> np.ndarray:
        """Returns the items of one user, int32."""
        return self.items[self.starts[user] : self.starts[user + 1]]

    def keys(self, num_items: int) -> np.ndarray:
        """Returns a number for each pair, ascending int64 `(E,)`.

        Args:
            num_items: Number of all items.
        """
        return self.users.astype(np.int64) * num_items + self.items

    def rows(self, users: np.ndarray) -> "Interactions":
        """Returns what some users took, as of users numbered anew.

        Args:
            users: int, ascending.
        """
        chosen = np.isin(self.users, users)
        numbers = np.searchsorted(users, self.users[chosen])
        return Interactions.from_pairs(numbers, self.items[chosen], len(users))

    def union(self, other: "Interactions") -> "Interactions":
        """Returns what is in either of two, of the same users."""
        return Interactions.from_pairs(
            np.concatenate([self.users, other.users]),
            np.concatenate([self.items, other.items]),
            self.num_users,
        )

    def without(self, other: "Interactions") -> "Interactions":
        """Returns what is not in another one, of the same users."""
        num_items = int(max(self.items.max(initial=0), other.items.max(initial=0))) + 1
        kept = ~np.isin(self.keys(num_items), other.keys(num_items))
        return Interactions.from_pairs(
            self.users[kept], self.items[kept], self.num_users
        )
