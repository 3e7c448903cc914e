from .cascade_spread import influence_spread
from .energies_and_forces import potential_metrics
from .explanation_fidelity import fidelity
from .item_ranking import ranking_metrics
from .metrics import classification_metrics
from .metrics import link_metrics
from .metrics import regression_metrics
from .target_metrics import target_class_metrics
from .target_metrics import target_value_metrics
from .triple_ranking import completion_metrics
from .triple_ranking import filtered_ranks

__all__ = [
    "classification_metrics",
    "completion_metrics",
    "fidelity",
    "filtered_ranks",
    "influence_spread",
    "link_metrics",
    "potential_metrics",
    "ranking_metrics",
    "regression_metrics",
    "target_class_metrics",
    "target_value_metrics",
]
