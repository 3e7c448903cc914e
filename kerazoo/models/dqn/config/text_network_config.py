"""What scores commands that are text."""

import dataclasses
import typing


@dataclasses.dataclass(frozen=True)
class TextNetworkConfig:
    """Parts of `kerazoo.models.dqn.text_games.RelevanceNetwork`.

    Args:
        embedding_size: Width of what reads texts.
        hidden_units: Widths of the layers after it, for states and commands each.
        text_encoder: What reads texts, `kind` of `TextEncoder`.
        interaction: How a state and a command become a value, `"inner"` or `"mlp"`.

    Raises:
        ValueError: If a width is not positive, or does not go with the encoder.

    Example:

    ```python
    from kerazoo.models.dqn.config import TextNetworkConfig

    TextNetworkConfig(embedding_size=32, text_encoder="bag")
    ```
    """

    embedding_size: int = 64
    hidden_units: typing.Sequence[int] = (64,)
    text_encoder: str = "convolution"
    interaction: str = "inner"

    def __post_init__(self):
        if any(units < 1 for units in (self.embedding_size, *self.hidden_units)):
            raise ValueError(
                "`embedding_size` and `hidden_units` must be positive. Received: "
                f"embedding_size={self.embedding_size}, "
                f"hidden_units={self.hidden_units}"
            )
        if self.text_encoder == "transformer" and self.embedding_size % 8:
            raise ValueError(
                "`embedding_size` must be a multiple of 8 with text_encoder="
                f"transformer, of 4 heads. Received: {self.embedding_size}"
            )
