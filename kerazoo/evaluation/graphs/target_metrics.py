"""How good predictions of several targets are, of which some are not known."""

from collections.abc import Sequence

import numpy as np


def target_class_metrics(
    labels: np.ndarray, logits: np.ndarray, names: Sequence[str]
) -> dict[str, float]:
    """Returns the mean ROC-AUC of several questions of yes or no, and that of each.

    As of Tox21 and its kin ([Wu et al., 2018](https://arxiv.org/abs/1703.00564)), those
    of which only one answer is there do not count.

    Args:
        labels: float `(B, T)`, 0 or 1, NaN where not known.
        logits: float `(B, T)`.
        names: Names of the T targets.

    Returns:
        dict of `loss`, the mean cross-entropy of what is known, `accuracy`, the mean
        `roc_auc` and that of each target as `roc_auc_<name>`; the last two where there
        are any.

    Example:

    ```python
    labels = np.array([[0, 1], [1, np.nan]])
    target_class_metrics(labels, np.array([[-1, 2], [3, 0]]), "ab")["roc_auc_a"]  # 1.0
    ```
    """
    from sklearn import metrics

    known = ~np.isnan(labels)
    loss = np.logaddexp(0, logits) - np.where(known, labels, 0) * logits
    result = {
        "loss": float(loss[known].mean()),
        "accuracy": float(((logits > 0) == (labels > 0.5))[known].mean()),
    }
    areas = {}
    for t, name in enumerate(names):
        own = labels[known[:, t], t]
        if len(np.unique(own)) == 2:
            area = metrics.roc_auc_score(own, logits[known[:, t], t])
            areas[f"roc_auc_{name}"] = float(area)
    if areas:
        result["roc_auc"] = float(np.mean(list(areas.values())))
    return {**result, **areas}


def target_value_metrics(
    targets: np.ndarray,
    predictions: np.ndarray,
    names: Sequence[str],
    scales: Sequence[float] | None = None,
) -> dict[str, float]:
    """Returns errors of several values, and of each.

    Args:
        targets: float `(B, T)`, NaN where not known.
        predictions: float `(B, T)`.
        names: Names of the T targets.
        scales: Units of the targets, such as their deviations; None for 1.

    Returns:
        dict of `scaled_rmse`, the mean over the targets of their RMSE in these units,
        and of each target `rmse_<name>` and `mae_<name>`, in its own.

    Example:

    ```python
    targets = np.array([[1, 30], [1, np.nan]])
    target_value_metrics(targets, np.zeros((2, 2)), "ab", [1, 10])["scaled_rmse"]  # 2.0
    ```
    """
    errors = np.asarray(predictions, np.float64) - targets
    result, scaled = {}, []
    for t, name in enumerate(names):
        own = errors[~np.isnan(targets[:, t]), t]
        if not len(own):
            continue
        result[f"rmse_{name}"] = float(np.sqrt(np.mean(own**2)))
        result[f"mae_{name}"] = float(np.abs(own).mean())
        scaled.append(result[f"rmse_{name}"] / (1 if scales is None else scales[t]))
    return {"scaled_rmse": float(np.mean(scaled)), **result}
