"""The flag of the apps whose learning rate rises at first."""

from absl import flags

WARM_UP_STEPS = flags.DEFINE_integer(
    "warm_up_steps", 100, "Steps in which the learning rate rises.", lower_bound=0
)
