from .density import density_coverage
from .feature_statistics import FeatureStatistics
from .frechet import frechet_distance
from .inception import inception_score
from .kernel import kernel_distance
from .mode_coverage import class_coverage
from .mode_coverage import mixture_coverage
from .precision import precision_recall

__all__ = [
    "FeatureStatistics",
    "class_coverage",
    "density_coverage",
    "frechet_distance",
    "inception_score",
    "kernel_distance",
    "mixture_coverage",
    "precision_recall",
]
