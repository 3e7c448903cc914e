"""How walks go over a graph, and what is learnt from them."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class WalkConfig:
    """Walks and pairs of node2vec, see `WalkEmbedder`.

    Args:
        walk_length: Steps of a walk.
        walk_window: Nodes met at most so many steps later are a node's context.
        return_parameter: p. Large values keep a walk from turning back.
        in_out_parameter: q. Above 1 a walk stays near its start, below 1 it goes
            outward.
        walk_negatives: Nodes drawn at random for each of the context.
        batch_size: Walks of a step, over all devices.

    Raises:
        ValueError: If `walk_window` is larger than `walk_length`.
    """

    walk_length: int = 20
    walk_window: int = 5
    return_parameter: float = 1.0
    in_out_parameter: float = 1.0
    walk_negatives: int = 1
    batch_size: int = 64

    def __post_init__(self):
        if self.walk_window > self.walk_length:
            raise ValueError(
                "`walk_window` must be at most `walk_length`. Received: "
                f"walk_window={self.walk_window}, walk_length={self.walk_length}"
            )
