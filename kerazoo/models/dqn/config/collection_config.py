"""How experience and gradient steps take turns."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class CollectionConfig:
    """Blocks of environment steps and of gradient steps, see `Collection`.

    Each of several workers has an environment and counts its steps alone.

    Args:
        learning_starts: Environment steps before the first gradient step.
        block_length: Environment steps between two blocks of gradient steps; 1
            alternates strictly.
        gradient_steps_per_env_step: Gradient steps per environment step, on average.

    Raises:
        ValueError: If there are never gradient steps.

    Example:

    ```python
    from kerazoo.models.dqn.config import CollectionConfig

    CollectionConfig(block_length=32).gradient_steps_per_block  # 16
    ```
    """

    learning_starts: int = 1_000
    block_length: int = 64
    gradient_steps_per_env_step: float = 0.5

    def __post_init__(self):
        if self.gradient_steps_per_env_step <= 0:
            raise ValueError(
                "`gradient_steps_per_env_step` must be more than 0: without gradient "
                "steps a model never learns. Received: gradient_steps_per_env_step="
                f"{self.gradient_steps_per_env_step:g}"
            )

    @property
    def gradient_steps_per_block(self) -> int:
        """Gradient steps that one call takes."""
        steps = round(self.block_length * self.gradient_steps_per_env_step)
        return max(steps, 1)
