"""What computes action values."""

import dataclasses
import typing


@dataclasses.dataclass(frozen=True)
class NetworkConfig:
    """Sizes of the Q-network, see `kerazoo.models.dqn.q_network`.

    Args:
        hidden_units: Widths of the hidden layers.
        dueling: Ends in a `kerazoo.layers.DuelingHead`.
        torso: A key of `kerazoo.models.dqn.torsos.TORSOS`: what is before the hidden
            layers.
        noisy: Hidden layers and head are `kerazoo.layers.NoisyDense`.

    Raises:
        ValueError: If a width is not positive.

    Example:

    ```python
    from kerazoo.models.dqn.config import NetworkConfig

    NetworkConfig(hidden_units=(64, 64), dueling=True)
    ```
    """

    hidden_units: typing.Sequence[int] = (128, 128)
    dueling: bool = False
    torso: str = "auto"
    noisy: bool = False

    def __post_init__(self):
        if any(units < 1 for units in self.hidden_units):
            raise ValueError(
                "`hidden_units` must be positive. "
                f"Received: hidden_units={self.hidden_units}"
            )
