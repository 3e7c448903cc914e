import numpy as np
import pytest
from sklearn import metrics

from kerazoo.evaluation.graphs.energies_and_forces import potential_metrics


def test_measures_are_those_of_scikit_learn():
    random = np.random.default_rng(0)
    energies, found = random.normal(size=(2, 7))
    forces, pulls = random.normal(size=(2, 20, 3)) * 3
    result = potential_metrics(energies, found, forces, pulls)
    components = forces.ravel(), pulls.ravel()
    for name, pair in {"energy": (energies, found), "force": components}.items():
        mae = metrics.mean_absolute_error(*pair)
        rmse = metrics.root_mean_squared_error(*pair)
        assert result[f"{name}_mae"] == pytest.approx(mae)
        assert result[f"{name}_rmse"] == pytest.approx(rmse)
    share = metrics.mean_absolute_error(*components) / forces.std()
    assert result["relative_force_mae"] == pytest.approx(share)
    assert potential_metrics(energies, found).keys() == {"energy_mae", "energy_rmse"}
