"""A `Transformer`, a `Classifier` or a `Recognizer` of configurations."""

import functools

from kerazoo.models.transformer.autoencoder import Autoencoder
from kerazoo.models.transformer.classifier import Classifier
from kerazoo.models.transformer.config.network_config import NetworkConfig
from kerazoo.models.transformer.config.speech_config import SpeechConfig
from kerazoo.models.transformer.config.training_config import TrainingConfig
from kerazoo.models.transformer.fine_tuning import FineTuning
from kerazoo.models.transformer.recognizer import Recognizer
from kerazoo.models.transformer.transformer import Transformer
from kerazoo.training.replica_noise import separate_noise


def make_translator(
    vocabulary_size: int,
    max_length: int,
    network: NetworkConfig | None = None,
    training: TrainingConfig | None = None,
    train_steps: int = 1_000,
    start: FineTuning | None = None,
) -> Transformer:
    """Makes a model that writes texts from others, and compiles it.

    In the scope of a strategy it is made for its replicas; so are all others here.

    Args:
        vocabulary_size: Number of tokens.
        max_length: Most tokens of either text.
        network: `NetworkConfig`.
        training: `TrainingConfig`.
        train_steps: Steps in all, for schedules.
        start: `FineTuning`, the weights that it goes on from. Default: new ones.

    Raises:
        ValueError: If choices do not go together.

    Example:

    ```python
    from kerazoo.models.transformer import NetworkConfig, make_translator

    model = make_translator(1_000, 64, NetworkConfig(hidden_size=32, num_layers=2))
    ```
    """
    made = (network or NetworkConfig()).translator(vocabulary_size, max_length)
    return _compiled(Transformer, made, training, train_steps, start)


def make_language_model(
    vocabulary_size: int,
    max_length: int,
    network: NetworkConfig | None = None,
    training: TrainingConfig | None = None,
    train_steps: int = 1_000,
    start: FineTuning | None = None,
) -> Transformer:
    """Makes a model that goes on with texts, see `make_translator`."""
    made = (network or NetworkConfig()).language_model(vocabulary_size, max_length)
    return _compiled(Transformer, made, training, train_steps, start)


def make_masked_language_model(
    vocabulary_size: int,
    max_length: int,
    network: NetworkConfig | None = None,
    training: TrainingConfig | None = None,
    train_steps: int = 1_000,
    start: FineTuning | None = None,
) -> Transformer:
    """Makes a model that predicts hidden tokens of texts, see `make_translator`."""
    network = network or NetworkConfig()
    made = network.masked_language_model(vocabulary_size, max_length)
    return _compiled(Transformer, made, training, train_steps, start)


def make_text_classifier(
    vocabulary_size: int,
    max_length: int,
    num_classes: int,
    network: NetworkConfig | None = None,
    training: TrainingConfig | None = None,
    train_steps: int = 1_000,
    start: FineTuning | None = None,
) -> Classifier:
    """Makes a model that sorts texts into classes, see `make_translator`."""
    network = network or NetworkConfig()
    made = network.text_classifier(vocabulary_size, max_length, num_classes)
    return _compiled(Classifier, made, training, train_steps, start)


def make_image_classifier(
    image_shape: tuple[int, int, int],
    num_classes: int,
    network: NetworkConfig | None = None,
    training: TrainingConfig | None = None,
    train_steps: int = 1_000,
    start: FineTuning | None = None,
) -> Classifier:
    """Makes a model that sorts images `(H, W, C)` into classes, see `make_translator`.

    Example:

    ```python
    from kerazoo.models.transformer import make_image_classifier

    model = make_image_classifier((8, 8, 1), num_classes=10)
    ```
    """
    made = (network or NetworkConfig()).image_classifier(image_shape, num_classes)
    return _compiled(
        Classifier, made, training, train_steps, start, (None, *image_shape)
    )


def make_masked_autoencoder(
    image_shape: tuple[int, int, int],
    mask_share: float = 0.75,
    network: NetworkConfig | None = None,
    training: TrainingConfig | None = None,
    train_steps: int = 1_000,
    start: FineTuning | None = None,
) -> Autoencoder:
    """Makes a model that paints hidden patches of images, see `make_translator`.

    Example:

    ```python
    from kerazoo.models.transformer import make_masked_autoencoder

    model = make_masked_autoencoder((8, 8, 1), mask_share=0.5)
    ```
    """
    network = network or NetworkConfig()
    made = network.masked_autoencoder(image_shape, mask_share)
    shapes = [(None, *image_shape), (None, None)]
    return _compiled(Autoencoder, made, training, train_steps, start, shapes)


def make_speech_recognizer(
    vocabulary_size: int,
    sample_rate: int,
    network: NetworkConfig | None = None,
    training: TrainingConfig | None = None,
    train_steps: int = 1_000,
    speech: SpeechConfig | None = None,
    ctc_weight: float = 0.3,
) -> Recognizer:
    """Makes a model that writes what is said, see `make_translator`.

    Args:
        vocabulary_size: Number of tokens.
        sample_rate: Samples in a second.
        network, training, train_steps: See `make_translator`.
        speech: `SpeechConfig`.
        ctc_weight: See `Recognizer`.

    Example:

    ```python
    from kerazoo.models.transformer import NetworkConfig, make_speech_recognizer

    network = NetworkConfig(hidden_size=32, num_layers=2)
    model = make_speech_recognizer(30, 16_000, network)
    ```
    """
    made = (network or NetworkConfig()).speech_recognizer(
        vocabulary_size, sample_rate, speech or SpeechConfig()
    )
    kind = functools.partial(Recognizer, ctc_weight=ctc_weight)
    return _compiled(kind, made, training, train_steps, None)


def make_sound_classifier(
    num_classes: int,
    sample_rate: int,
    network: NetworkConfig | None = None,
    training: TrainingConfig | None = None,
    train_steps: int = 1_000,
    speech: SpeechConfig | None = None,
) -> Classifier:
    """Makes a model that sorts sounds into classes, see `make_translator`.

    Args:
        num_classes: Number of classes.
        sample_rate: Samples in a second.
        network, training, train_steps: See `make_translator`.
        speech: `SpeechConfig`.

    Example:

    ```python
    from kerazoo.models.transformer import NetworkConfig, make_sound_classifier

    network = NetworkConfig(hidden_size=32, num_layers=2)
    model = make_sound_classifier(10, 16_000, network)
    ```
    """
    made = (network or NetworkConfig()).sound_classifier(
        num_classes, sample_rate, speech or SpeechConfig()
    )
    return _compiled(Classifier, made, training, train_steps, None)


def _compiled(kind, network, training, train_steps, start, inputs_shape=(None, None)):
    training = training or TrainingConfig()
    model = kind(
        network,
        label_smoothing=training.label_smoothing,
        average_decay=training.average_decay(),
        external_average=training.takes_snapshots,
        max_gradient_norm=training.max_gradient_norm or None,
    )
    model.build(inputs_shape)
    rates = None
    if start is not None:
        start.take(model)
        rates = start.rates(network)
    model.compile(training.optimizer(train_steps, rates))
    variables = network.trainable_variables
    optimizer = model.optimizer  # With a wrapper around it in float16.
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    optimizer.exclude_from_weight_decay(
        var_list=[variable for variable in variables if len(variable.shape) < 2]
    )
    model.optimizer.build(variables)
    separate_noise(network)
    return model
