"""A `Transformer` or a `Classifier` of configurations."""

from kerazoo.models.transformer.classifier import Classifier
from kerazoo.models.transformer.config.network_config import NetworkConfig
from kerazoo.models.transformer.config.training_config import TrainingConfig
from kerazoo.models.transformer.transformer import Transformer
from kerazoo.training.replica_noise import separate_noise


def make_translator(
    vocabulary_size: int,
    max_length: int,
    network: NetworkConfig | None = None,
    training: TrainingConfig | None = None,
    train_steps: int = 1_000,
) -> Transformer:
    """Makes a model that writes texts from others, and compiles it.

    In the scope of a strategy it is made for its replicas; so are all others here.

    Args:
        vocabulary_size: Number of tokens.
        max_length: Most tokens of either text.
        network: `NetworkConfig`.
        training: `TrainingConfig`.
        train_steps: Steps in all, for schedules.

    Raises:
        ValueError: If choices do not go together.

    Example:

    ```python
    from kerazoo.models.transformer import NetworkConfig, make_translator

    model = make_translator(1_000, 64, NetworkConfig(hidden_size=32, num_layers=2))
    ```
    """
    made = (network or NetworkConfig()).translator(vocabulary_size, max_length)
    return _compiled(Transformer, made, training, train_steps)


def make_language_model(
    vocabulary_size: int,
    max_length: int,
    network: NetworkConfig | None = None,
    training: TrainingConfig | None = None,
    train_steps: int = 1_000,
) -> Transformer:
    """Makes a model that goes on with texts, see `make_translator`."""
    made = (network or NetworkConfig()).language_model(vocabulary_size, max_length)
    return _compiled(Transformer, made, training, train_steps)


def make_text_classifier(
    vocabulary_size: int,
    max_length: int,
    num_classes: int,
    network: NetworkConfig | None = None,
    training: TrainingConfig | None = None,
    train_steps: int = 1_000,
) -> Classifier:
    """Makes a model that sorts texts into classes, see `make_translator`."""
    network = network or NetworkConfig()
    made = network.text_classifier(vocabulary_size, max_length, num_classes)
    return _compiled(Classifier, made, training, train_steps)


def make_image_classifier(
    image_shape: tuple[int, int, int],
    num_classes: int,
    network: NetworkConfig | None = None,
    training: TrainingConfig | None = None,
    train_steps: int = 1_000,
) -> Classifier:
    """Makes a model that sorts images `(H, W, C)` into classes, see `make_translator`.

    Example:

    ```python
    from kerazoo.models.transformer import make_image_classifier

    model = make_image_classifier((8, 8, 1), num_classes=10)
    ```
    """
    made = (network or NetworkConfig()).image_classifier(image_shape, num_classes)
    return _compiled(Classifier, made, training, train_steps, (None, *image_shape))


def _compiled(kind, network, training, train_steps, inputs_shape=(None, None)):
    training = training or TrainingConfig()
    model = kind(
        network,
        label_smoothing=training.label_smoothing,
        average_decay=training.average_decay(),
        external_average=training.takes_snapshots,
        max_gradient_norm=training.max_gradient_norm or None,
    )
    model.build(inputs_shape)
    model.compile(training.optimizer(train_steps))
    variables = network.trainable_variables
    optimizer = model.optimizer  # With a wrapper around it in float16.
    optimizer = getattr(optimizer, "inner_optimizer", optimizer)
    optimizer.exclude_from_weight_decay(
        var_list=[variable for variable in variables if len(variable.shape) < 2]
    )
    model.optimizer.build(variables)
    separate_noise(network)
    return model
