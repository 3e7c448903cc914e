"""How action values are learnt."""

import dataclasses
import math

CATEGORICAL = ("c51", "rainbow")
"""Agents that learn the probabilities of returns."""
QUANTILE = ("qr_dqn", "iqn")
"""Agents that learn the quantiles of returns."""


@dataclasses.dataclass(frozen=True)
class AgentConfig:
    """Algorithm, loss, step size and the target network.

    Args:
        agent: A key of `kerazoo.models.dqn.agents.AGENTS`, such as `"double_dqn"`. Of
            `"rainbow"` the other parts are `NetworkConfig(dueling=True, noisy=True)`
            and `ReplayConfig(replay="prioritized")`.
        learning_rate: Step size of Adam.
        discount: Gamma, more than 0 and at most 1.
        loss: A key of `kerazoo.models.dqn.agents.LOSSES`: `"huber"` or `"mse"`; of
            agents that learn no distributions.
        target_update_period: Gradient steps between updates of the target network.
        target_update_tau: Share of the new weights in an update, more than 0 and at
            most 1.
        gradient_clipping: Largest global norm of the gradients; 0 for any.
        adam_epsilon: Epsilon of Adam.
        v_min, v_max: Least and largest return of C51 and Rainbow; all in between are
            mixtures of their atoms.
        num_atoms: Atoms from `v_min` to `v_max`.
        num_quantiles: Quantiles of QR-DQN and IQN.
        kappa: Threshold of their Huber loss; 0 for the absolute error.
        munchausen_alpha: Share of the log-policy that Munchausen DQN adds to rewards.
        munchausen_temperature: Temperature of its policy.
        munchausen_clip: The least that the scaled log-policy counts, at most 0.
        cql_alpha: Weight of conservative Q-learning's term, which keeps values of
            actions low that are not seen, for logged transitions; 0 for none.

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
    adam_epsilon: float = 1e-7
    v_min: float = -100.0
    v_max: float = 100.0
    num_atoms: int = 51
    num_quantiles: int = 32
    kappa: float = 1.0
    munchausen_alpha: float = 0.9
    munchausen_temperature: float = 0.03
    munchausen_clip: float = -1.0
    cql_alpha: float = 0.0

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
        if not -math.inf < self.v_min < self.v_max < math.inf:
            raise ValueError(
                "`v_min` must be less than `v_max`, both finite. "
                f"Received: v_min={self.v_min:g}, v_max={self.v_max:g}"
            )
        if not 0 <= self.cql_alpha < math.inf:
            raise ValueError(
                "`cql_alpha` must be at least 0, and finite. "
                f"Received: cql_alpha={self.cql_alpha:g}"
            )
        if self.num_atoms < 2:
            raise ValueError(
                "`num_atoms` must be at least 2, `v_min` and `v_max`. "
                f"Received: num_atoms={self.num_atoms}"
            )
        if self.num_quantiles < 1:
            raise ValueError(
                "`num_quantiles` must be positive. "
                f"Received: num_quantiles={self.num_quantiles}"
            )

    @property
    def num_outputs(self) -> int | None:
        """Outputs Z of the network for each action; None for the values alone."""
        if self.agent in CATEGORICAL:
            return self.num_atoms
        return self.num_quantiles if self.agent in QUANTILE else None

    @property
    def options(self) -> dict[str, float]:
        """Arguments of `create_agent` that only this agent takes."""
        if self.agent in CATEGORICAL:
            return {"v_min": self.v_min, "v_max": self.v_max}
        if self.agent in QUANTILE:
            return {"kappa": self.kappa}
        if self.agent == "munchausen":
            return {
                "alpha": self.munchausen_alpha,
                "temperature": self.munchausen_temperature,
                "clip": self.munchausen_clip,
            }
        return {}
