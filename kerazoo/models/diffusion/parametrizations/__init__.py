"""Parametrisations: what a network's output means."""

from kerazoo.models.diffusion.parametrizations.edm import EDMParametrization
from kerazoo.models.diffusion.parametrizations.epsilon import EpsilonParametrization
from kerazoo.models.diffusion.parametrizations.flow import FlowParametrization
from kerazoo.models.diffusion.parametrizations.noise_condition import noise_condition
from kerazoo.models.diffusion.parametrizations.parametrization import Parametrization
from kerazoo.models.diffusion.parametrizations.v import VParametrization
from kerazoo.models.diffusion.parametrizations.x0 import X0Parametrization

PARAMETRIZATIONS = {
    "edm": EDMParametrization,
    "epsilon": EpsilonParametrization,
    "flow": FlowParametrization,
    "v": VParametrization,
    "x0": X0Parametrization,
}

__all__ = [
    "PARAMETRIZATIONS",
    "EDMParametrization",
    "EpsilonParametrization",
    "FlowParametrization",
    "Parametrization",
    "VParametrization",
    "X0Parametrization",
    "noise_condition",
]
