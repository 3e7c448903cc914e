"""What suits the dates, which are short and alike, and other texts to translate."""

from kerazoo.models.transformer.config import NetworkConfig
from kerazoo.models.transformer.config import TrainingConfig
from kerazoo.text.vocabulary_config import VocabularyConfig

# Tokens of the vocabulary and of a batch, where none are given and the texts allow it.
MOST_TOKENS_OF_DATES = 1_000
TOKENS_PER_BATCH_OF_DATES = 2_048
# By the names of the fields of `Translation`.
OF_DATES = {
    "max_length": 64,
    "vocabulary": VocabularyConfig(),
    "network": NetworkConfig(hidden_size=64, num_layers=2),
    "training": TrainingConfig(label_smoothing=0.1, learning_rate=3e-3),
}
OF_TEXTS = {
    "max_length": 128,
    "vocabulary": VocabularyConfig(),
    "network": NetworkConfig(),
    "training": TrainingConfig(),
}
