from .metrics import classification_metrics
from .metrics import link_metrics
from .metrics import regression_metrics

__all__ = [
    "classification_metrics",
    "link_metrics",
    "regression_metrics",
]
