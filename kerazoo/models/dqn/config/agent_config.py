"""How action values are learnt."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class AgentConfig:
    """Algorithm, loss, step size and the target network.

    Args:
        agent: A key of `kerazoo.models.dqn.agents.AGENTS`: `"dqn"` or `"double_dqn"`.
        learning_rate: Step size of Adam.
        discount: Gamma, more than 0 and at most 1.
        loss: A key of `kerazoo.models.dqn.agents.LOSSES`: `"huber"` or `"mse"`.
        target_update_period: Gradient steps between updates of the target network.
        target_update_tau: Share of the new weights in an update, more than 0 and at
            most 1.
        gradient_clipping: Largest global norm of the gradients; 0 for any.

    Raises:
        ValueError: If a number is out of its range.

    Example:

    ```python
    from kerazoo.models.dqn.config import AgentConfig

    AgentConfig(agent="dqn", loss="mse").discount  # 0.99
    ```
    """

    agent: str = "double_dqn"
    learning_rate: float = 2e-3
    discount: float = 0.99
    loss: str = "huber"
    target_update_period: int = 1
    target_update_tau: float = 0.01
    gradient_clipping: float = 10.0

    def __post_init__(self):
        if not 0 < self.discount <= 1:
            raise ValueError(
                "`discount` must be more than 0, to look at a next state, and at most "
                f"1. Received: discount={self.discount:g}"
            )
        if not 0 < self.target_update_tau <= 1:
            raise ValueError(
                "`target_update_tau` must be more than 0, to ever update the target "
                "network, and at most 1. "
                f"Received: target_update_tau={self.target_update_tau:g}"
            )
