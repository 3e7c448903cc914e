"""What noise is added to images, and what is predicted of it."""

import dataclasses

from kerazoo.models.diffusion.parametrizations import PARAMETRIZATIONS
from kerazoo.models.diffusion.parametrizations import Parametrization
from kerazoo.models.diffusion.schedules import SCHEDULES
from kerazoo.models.diffusion.schedules import DiscreteSchedule
from kerazoo.models.diffusion.schedules import Schedule


@dataclasses.dataclass(frozen=True)
class NoiseConfig:
    """Noise levels, and what the network says of an image at one of them.

    Args:
        schedule: Noise levels of training, a key of `SCHEDULES`.
        zero_terminal_snr: Rescales a discrete schedule to end in pure noise.
        parametrization: What the network predicts, a key of `PARAMETRIZATIONS`.
        weighting: Which noise levels count how much, a key of `WEIGHTINGS`.
        learned_variance: Learns the variance of the reverse process, too.

    Example:

    ```python
    from kerazoo.models.diffusion.config import NoiseConfig

    NoiseConfig(schedule="flow", parametrization="flow").make_schedule()
    ```
    """

    schedule: str = "cosine"
    zero_terminal_snr: bool = False
    parametrization: str = "v"
    weighting: str = "uniform"
    learned_variance: bool = False

    def make_schedule(self) -> Schedule:
        """Makes the noise schedule.

        Raises:
            ValueError: If it is unknown, or to end in pure noise and not discrete.
        """
        if self.schedule not in SCHEDULES:
            raise ValueError(
                f"`schedule` must be one of {', '.join(SCHEDULES)}. "
                f"Received: schedule={self.schedule}"
            )
        kind = SCHEDULES[self.schedule]
        if not self.zero_terminal_snr:
            return kind()
        if not issubclass(kind, DiscreteSchedule):
            raise ValueError(
                "`zero_terminal_snr` is for schedules of discrete levels. Received: "
                f"zero_terminal_snr=True, schedule={self.schedule}"
            )
        return kind(zero_terminal_snr=True)

    def make_parametrization(self) -> Parametrization:
        """Makes the parametrisation.

        Raises:
            ValueError: If it is unknown.
        """
        if self.parametrization not in PARAMETRIZATIONS:
            raise ValueError(
                f"`parametrization` must be one of {', '.join(PARAMETRIZATIONS)}. "
                f"Received: parametrization={self.parametrization}"
            )
        return PARAMETRIZATIONS[self.parametrization]()
