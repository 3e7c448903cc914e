"""How communities of a graph are learnt."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class CommunityConfig:
    """Number of communities and loss, see `CommunityModel`.

    Args:
        num_communities: Most communities K that are told apart; None for the square
            root of the number of nodes, at most 64.
        community_loss: `"dmon"`, or `"modularity"` without what keeps communities of
            like sizes.
        collapse_weight: dmon: weight of what keeps communities of like sizes.
        refine_communities: Improves the learnt communities by greedy moves, see
            `local_moves`.
        merge_gain: Of these: communities merge where that raises modularity by more
            than this. Larger values keep small communities apart.

    Raises:
        ValueError: If there is only one community, or no such loss.
    """

    num_communities: int | None = None
    community_loss: str = "dmon"
    collapse_weight: float = 1.0
    refine_communities: bool = True
    merge_gain: float = 0.001

    def __post_init__(self):
        if self.num_communities is not None and self.num_communities < 2:
            raise ValueError(
                "`num_communities` must be at least 2. "
                f"Received: num_communities={self.num_communities}"
            )
        if self.community_loss not in COMMUNITY_LOSSES:
            raise ValueError(
                f"`community_loss` must be one of {', '.join(COMMUNITY_LOSSES)}. "
                f"Received: community_loss={self.community_loss}"
            )

    def count(self, num_nodes: int) -> int:
        """Returns K for a graph of so many nodes."""
        if self.num_communities is not None:
            return self.num_communities
        return min(max(round(num_nodes**0.5), 2), _MOST)


_MOST = 64  # Communities that are told apart where nothing is said.

# Name to what it learns.
COMMUNITY_LOSSES = {
    "dmon": "modularity, and communities of like sizes",
    "modularity": "modularity alone",
}
