"""What suits the tones, which are short and alike, and speech."""

from kerazoo.models.transformer.config import NetworkConfig
from kerazoo.models.transformer.config import SpeechConfig
from kerazoo.models.transformer.config import TrainingConfig

# By the names of the fields of `SpeechRecognition`.
OF_TONES = {
    "sample_rate": 8_000,
    "seconds_per_batch": 64.0,
    "network": NetworkConfig(hidden_size=64, num_layers=2),
    "training": TrainingConfig(learning_rate=2e-3),
    "speech": SpeechConfig(num_mels=40, kernel_size=7, spec_augment=False),
}
OF_SPEECH = {
    "sample_rate": 16_000,
    "seconds_per_batch": 120.0,
    "network": NetworkConfig(hidden_size=144, num_layers=8),
    "training": TrainingConfig(),
    "speech": SpeechConfig(),
}
