"""What suits the dates, which are short and alike, and other texts to translate."""

from kerazoo.models.transformer.config import NetworkConfig
from kerazoo.models.transformer.config import TrainingConfig
from kerazoo.text.vocabulary_config import VocabularyConfig

# By the names of the fields of `Translation`.
OF_DATES = {
    "max_length": 64,
    "tokens_per_batch": 2_048,
    "vocabulary": VocabularyConfig(vocabulary_size=1_000),
    "network": NetworkConfig(hidden_size=64, num_layers=2),
    "training": TrainingConfig(label_smoothing=0.1, learning_rate=3e-3),
}
OF_TEXTS = {
    "max_length": 128,
    "tokens_per_batch": 4_096,
    "vocabulary": VocabularyConfig(),
    "network": NetworkConfig(),
    "training": TrainingConfig(),
}
