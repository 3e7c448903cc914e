"""Noise schedules: which (alpha, sigma) training draws and samplers visit."""

from kerazoo.models.diffusion.schedules.cosine_schedule import CosineSchedule
from kerazoo.models.diffusion.schedules.discrete_schedule import DiscreteSchedule
from kerazoo.models.diffusion.schedules.flow_schedule import FlowSchedule
from kerazoo.models.diffusion.schedules.karras_schedule import KarrasSchedule
from kerazoo.models.diffusion.schedules.linear_schedule import LinearSchedule
from kerazoo.models.diffusion.schedules.scaled_linear_schedule import (
    ScaledLinearSchedule,
)
from kerazoo.models.diffusion.schedules.schedule import Schedule
from kerazoo.models.diffusion.schedules.zero_terminal_snr import zero_terminal_snr

SCHEDULES = {
    "cosine": CosineSchedule,
    "flow": FlowSchedule,
    "karras": KarrasSchedule,
    "linear": LinearSchedule,
    "scaled_linear": ScaledLinearSchedule,
}

__all__ = [
    "SCHEDULES",
    "CosineSchedule",
    "DiscreteSchedule",
    "FlowSchedule",
    "KarrasSchedule",
    "LinearSchedule",
    "ScaledLinearSchedule",
    "Schedule",
    "zero_terminal_snr",
]
