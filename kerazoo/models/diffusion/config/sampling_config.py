"""How images are made."""

import dataclasses

from kerazoo.models.diffusion.diffusion import Diffusion
from kerazoo.models.diffusion.samplers import SAMPLERS


@dataclasses.dataclass(frozen=True)
class SamplingConfig:
    """How a trained model makes images; it may change at any time.

    Args:
        sampler: A key of `kerazoo.models.diffusion.samplers.SAMPLERS`.
        steps: Steps of the sampler.
        guidance: More than 1 makes images more typical of their label.
    """

    sampler: str = "dpm_solver_pp_2m"
    steps: int = 20
    guidance: float = 1.0

    def check(self, model: Diffusion) -> None:
        """Refuses what a model cannot do.

        Raises:
            ValueError: If there is such.
        """
        if self.sampler not in SAMPLERS:
            raise ValueError(
                f"`sampler` must be one of {', '.join(SAMPLERS)}. "
                f"Received: sampler={self.sampler}"
            )
        levels = getattr(model.schedule, "num_train_steps", None)
        if self.steps < 1 or (levels and self.steps > levels):
            limit = "above 0"
            if levels:
                limit = f"from 1 to {levels}, the levels of the model"
            raise ValueError(f"`steps` must be {limit}. Received: steps={self.steps}")
        if self.guidance != 1 and model.num_classes is None:
            raise ValueError(
                "`guidance` needs labels, which this model is not trained with: leave "
                f"it at 1. Received: guidance={self.guidance:g}"
            )
