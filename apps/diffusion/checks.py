"""Which flags of diffusion models go together."""

from apps.diffusion import flags as diffusion
from apps.shared_flags import data
from apps.shared_flags import generation

_CONTINUOUS = ("flow", "karras")  # Schedules without discrete levels.


def check_flags():
    """Refuses flags that have no meaning with others, and unknown datasets.

    Raises:
        ValueError: If there are such.
    """
    if data.DATASET.value is not None:
        data.check_dataset()
    schedule = diffusion.SCHEDULE.value
    if diffusion.ZERO_TERMINAL_SNR.value and schedule in _CONTINUOUS:
        raise ValueError(
            "--zero_terminal_snr is for discrete levels, not for "
            f"--schedule={schedule}."
        )
    guidance = generation.GUIDANCE.value
    if guidance != 1 and generation.CONDITIONAL.value is False:
        raise ValueError(
            f"--guidance={guidance:g} needs labels, which --noconditional leaves out: "
            "leave it at 1."
        )
