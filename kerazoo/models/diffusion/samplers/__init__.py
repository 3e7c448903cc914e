"""Samplers: functions that turn noise into images with a denoiser."""

from kerazoo.models.diffusion.samplers.ddim import ddim
from kerazoo.models.diffusion.samplers.ddpm import ddpm
from kerazoo.models.diffusion.samplers.dpm_solver_pp_2m import dpm_solver_pp_2m
from kerazoo.models.diffusion.samplers.dpm_solver_pp_2m_sde import dpm_solver_pp_2m_sde
from kerazoo.models.diffusion.samplers.euler import euler
from kerazoo.models.diffusion.samplers.euler_ancestral import euler_ancestral
from kerazoo.models.diffusion.samplers.flow_euler import flow_euler
from kerazoo.models.diffusion.samplers.flow_heun import flow_heun
from kerazoo.models.diffusion.samplers.heun import heun
from kerazoo.models.diffusion.samplers.unipc import unipc

SAMPLERS = {
    "ddim": ddim,
    "ddpm": ddpm,
    "dpm_solver_pp_2m": dpm_solver_pp_2m,
    "dpm_solver_pp_2m_sde": dpm_solver_pp_2m_sde,
    "euler": euler,
    "euler_ancestral": euler_ancestral,
    "flow_euler": flow_euler,
    "flow_heun": flow_heun,
    "heun": heun,
    "unipc": unipc,
}

__all__ = [
    "SAMPLERS",
    "ddim",
    "ddpm",
    "dpm_solver_pp_2m",
    "dpm_solver_pp_2m_sde",
    "euler",
    "euler_ancestral",
    "flow_euler",
    "flow_heun",
    "heun",
    "unipc",
]
