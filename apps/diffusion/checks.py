"""Which flags of diffusion models go together."""

from absl import flags

from apps.diffusion import flags as diffusion
from apps.shared_flags import data
from apps.shared_flags import generation
from apps.shared_flags import network
from kerazoo.tasks.image_sizes import sizes_of_levels
from kerazoo.tasks.image_sizes import sizes_of_patches

_CONTINUOUS = ("flow", "karras")  # Schedules without discrete levels.


def check_flags():
    """Refuses flags that have no meaning with others, and unknown datasets.

    Raises:
        ValueError: If there are such.
    """
    if flags.FLAGS.network == "dit":
        sizes = sizes_of_patches(network.PATCH_SIZE.value)
    else:
        sizes = sizes_of_levels(flags.FLAGS.widths)
    data.check_images(sizes, int(generation.CONDITIONAL.value or 0), "--conditional")
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
