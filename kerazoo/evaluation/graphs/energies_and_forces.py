"""How good predicted energies and forces are."""

import numpy as np


def potential_metrics(
    energies: np.ndarray,
    predicted_energies: np.ndarray,
    forces: np.ndarray | None = None,
    predicted_forces: np.ndarray | None = None,
) -> dict[str, float]:
    """Returns mean absolute errors and roots of mean squared ones.

    Args:
        energies, predicted_energies: float `(B,)`.
        forces, predicted_forces: float `(N, 3)` of the atoms of all structures, or
            None.

    Returns:
        dict of `energy_mae` and `energy_rmse`, and with forces, over their components,
        `force_mae`, `force_rmse` and `relative_force_mae`, in deviations of the forces.

    Example:

    ```python
    forces = np.array([[0.0, 0, 1], [0, 0, -1]])
    found = potential_metrics(np.array([1.0]), np.array([1.5]), forces, forces)
    found["energy_mae"], found["force_mae"]  # (0.5, 0.0)
    ```
    """
    error = np.asarray(predicted_energies, np.float64) - energies
    result = {
        "energy_mae": float(np.abs(error).mean()),
        "energy_rmse": float(np.sqrt(np.square(error).mean())),
    }
    if forces is None or predicted_forces is None:
        return result
    error = np.asarray(predicted_forces, np.float64) - forces
    mae, deviation = float(np.abs(error).mean()), float(np.std(forces))
    result["force_mae"] = mae
    result["force_rmse"] = float(np.sqrt(np.square(error).mean()))
    if deviation > 0:
        result["relative_force_mae"] = mae / deviation
    return result
