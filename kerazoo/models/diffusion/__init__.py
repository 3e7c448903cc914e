"""Diffusion models: networks, noise schedules, samplers and editing."""
