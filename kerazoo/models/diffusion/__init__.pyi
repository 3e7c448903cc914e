from . import samplers
from .config import NetworkConfig
from .config import NoiseConfig
from .config import SamplingConfig
from .config import TrainingConfig
from .config import make_diffusion
from .denoiser import Denoiser
from .denoising_metric import DenoisingMetric
from .diffusion import Diffusion
from .editing import inpaint
from .editing import interpolate
from .editing import invert
from .editing import sdedit
from .editing import slerp
from .example_maker import ExampleMaker
from .generation import generate
from .generation import generate_states
from .generation import stateless_noise
from .networks import DiT
from .networks import UNet
from .parametrizations import PARAMETRIZATIONS
from .parametrizations import EDMParametrization
from .parametrizations import EpsilonParametrization
from .parametrizations import FlowParametrization
from .parametrizations import VParametrization
from .parametrizations import X0Parametrization
from .samplers import SAMPLERS
from .schedules import SCHEDULES
from .schedules import CosineSchedule
from .schedules import FlowSchedule
from .schedules import KarrasSchedule
from .schedules import LinearSchedule
from .schedules import ScaledLinearSchedule
from .serving_diffusion import ServingDiffusion
from .weightings import WEIGHTINGS

__all__ = [
    "PARAMETRIZATIONS",
    "SAMPLERS",
    "SCHEDULES",
    "WEIGHTINGS",
    "CosineSchedule",
    "Denoiser",
    "DenoisingMetric",
    "DiT",
    "Diffusion",
    "EDMParametrization",
    "EpsilonParametrization",
    "ExampleMaker",
    "FlowParametrization",
    "FlowSchedule",
    "KarrasSchedule",
    "LinearSchedule",
    "NetworkConfig",
    "NoiseConfig",
    "SamplingConfig",
    "ScaledLinearSchedule",
    "ServingDiffusion",
    "TrainingConfig",
    "UNet",
    "VParametrization",
    "X0Parametrization",
    "generate",
    "generate_states",
    "inpaint",
    "interpolate",
    "invert",
    "make_diffusion",
    "samplers",
    "sdedit",
    "slerp",
    "stateless_noise",
]
