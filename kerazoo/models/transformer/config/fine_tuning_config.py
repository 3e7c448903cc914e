"""What of a pretrained network learns, and how fast."""

import dataclasses

FREEZES = {
    "none": "nothing",
    "embeddings": "what comes before the blocks",
    "encoder": "this and the blocks, which become features",
}


@dataclasses.dataclass(frozen=True)
class FineTuningConfig:
    """How a network goes on from weights that it has taken from another.

    Args:
        layer_decay: Factor of the learning rate from each block to the one below, and
            from the first to the embeddings.
        freeze: What of it does not learn: a key of `FREEZES`. `"encoder"`: the blocks
            of a language model are meant, too. What it has not taken learns.
        unfreeze_every: Steps after which one more block learns, from the last to the
            embeddings; at first only what is new. None for all from the first step.

    Raises:
        ValueError: If a value is out of its range, or two do not go together.

    Example:

    ```python
    from kerazoo.models.transformer import FineTuningConfig

    FineTuningConfig(layer_decay=0.8).is_uniform  # False
    ```
    """

    layer_decay: float = 1.0
    freeze: str = "none"
    unfreeze_every: int | None = None

    def __post_init__(self):
        if not 0 < self.layer_decay <= 1:
            raise ValueError(
                "`layer_decay` must be above 0 and at most 1. "
                f"Received: layer_decay={self.layer_decay}"
            )
        if self.freeze not in FREEZES:
            raise ValueError(
                f"`freeze` must be one of {', '.join(FREEZES)}. "
                f"Received: freeze={self.freeze}"
            )
        if self.unfreeze_every is not None and self.unfreeze_every < 1:
            raise ValueError(
                "`unfreeze_every` must be positive. "
                f"Received: unfreeze_every={self.unfreeze_every}"
            )
        if self.unfreeze_every is not None and self.freeze == "encoder":
            raise ValueError(
                "`unfreeze_every` unfreezes what `freeze` encoder keeps frozen: give "
                f"one of them. Received: unfreeze_every={self.unfreeze_every}"
            )

    @property
    def is_uniform(self) -> bool:
        """Whether all that learns does so at one rate from the first step."""
        return self.layer_decay == 1 and self.unfreeze_every is None
