"""Molecules in a heat bath."""

from collections.abc import Callable

import numpy as np

BOLTZMANN = 0.0019872041  # kcal/mol/K.
_FEMTOSECONDS = 48.88821  # Of the unit of time that goes with kcal/mol, Å and u.


def langevin(
    force_field: Callable,
    positions: np.ndarray,
    masses: np.ndarray,
    num_copies: int,
    num_steps: int,
    temperature: float = 300.0,
    step: float = 1.0,
    friction: float = 0.02,
    seed: int = 0,
) -> np.ndarray:
    """Returns positions of copies of a molecule that moved apart by themselves.

    The splitting BAOAB of
    [Leimkuhler & Matthews, 2013](https://doi.org/10.1093/amrx/abs010).

    Args:
        force_field: Function of positions `(W, A, 3)` in Å to energies in kcal/mol and
            forces.
        positions: float `(A, 3)`. Where all begin.
        masses: float `(A,)`, in u.
        num_copies: W.
        num_steps: Steps that each takes.
        temperature: In kelvin.
        step: In femtoseconds.
        friction: By femtosecond.
        seed: Equal seeds give equal positions.

    Returns:
        float64 `(W, A, 3)`.
    """
    random = np.random.default_rng(seed)
    half = step / _FEMTOSECONDS / 2
    inertia = masses[:, None]
    spread = np.sqrt(BOLTZMANN * temperature / inertia)
    kept = np.exp(-friction * step)
    x = np.repeat(positions[None].astype(np.float64), num_copies, axis=0)
    v = spread * random.standard_normal(x.shape)
    forces = force_field(x)[1]
    for _ in range(num_steps):
        v += half * forces / inertia
        x += half * v
        v = kept * v + np.sqrt(1 - kept**2) * spread * random.standard_normal(x.shape)
        x += half * v
        forces = force_field(x)[1]
        v += half * forces / inertia
    return x
