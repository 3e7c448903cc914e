from .channel_classifier import ChannelClassifier
from .classifier_features import ClassifierFeatures
from .comparison import evaluate_images
from .image_evaluation import ImageEvaluation
from .image_reference import ImageReference
from .inception_features import InceptionFeatures

__all__ = [
    "ChannelClassifier",
    "ClassifierFeatures",
    "ImageEvaluation",
    "ImageReference",
    "InceptionFeatures",
    "evaluate_images",
]
