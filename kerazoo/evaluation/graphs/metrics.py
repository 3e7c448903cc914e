"""How good classes, values and links that were predicted are, by scikit-learn."""

import numpy as np


def classification_metrics(labels: np.ndarray, logits: np.ndarray) -> dict[str, float]:
    """Returns accuracy, macro F1 and loss, and ROC-AUC of two classes.

    Args:
        labels: int `(B,)`.
        logits: float `(B, C)`.

    Returns:
        dict of `accuracy`, `macro_f1`, `loss`, the mean cross-entropy, and `roc_auc`
        where there are two classes and both occur.
    """
    from scipy import special
    from sklearn import metrics

    predicted = np.argmax(logits, axis=-1)
    chosen = np.take_along_axis(logits, np.asarray(labels)[:, np.newaxis], axis=-1)
    loss = special.logsumexp(logits, axis=-1) - chosen[:, 0]
    result = {
        "accuracy": float(metrics.accuracy_score(labels, predicted)),
        "macro_f1": float(
            metrics.f1_score(labels, predicted, average="macro", zero_division=0)
        ),
        "loss": float(loss.mean()),
    }
    if logits.shape[-1] == 2 and len(np.unique(labels)) == 2:
        scores = logits[:, 1] - logits[:, 0]
        result["roc_auc"] = float(metrics.roc_auc_score(labels, scores))
    return result


def regression_metrics(
    targets: np.ndarray, predictions: np.ndarray
) -> dict[str, float]:
    """Returns `rmse`, `mae` and, of several, `r2` of float `(B,)` values as a dict."""
    from sklearn import metrics

    result = {
        "rmse": float(metrics.root_mean_squared_error(targets, predictions)),
        "mae": float(metrics.mean_absolute_error(targets, predictions)),
    }
    if len(targets) > 1:
        result["r2"] = float(metrics.r2_score(targets, predictions))
    return result


def link_metrics(positive: np.ndarray, negative: np.ndarray) -> dict[str, float]:
    """Returns `auc` and `ap` of the scores of links and of pairs that are none.

    Args:
        positive: float `(P,)`. Scores of links.
        negative: float `(M,)`. Scores of other pairs.
    """
    from sklearn import metrics

    labels = np.concatenate([np.ones(len(positive)), np.zeros(len(negative))])
    scores = np.concatenate([positive, negative])
    return {
        "auc": float(metrics.roc_auc_score(labels, scores)),
        "ap": float(metrics.average_precision_score(labels, scores)),
    }
