"""A Transformer that sorts sounds into classes."""

import typing

import keras

from kerazoo.layers.pooling import POOLINGS
from kerazoo.layers.pooling import check_pooling
from kerazoo.layers.tensor import Tensor
from kerazoo.models.transformer.networks.sound_network import SoundNetwork


@keras.saving.register_keras_serializable(package="kerazoo")
class SoundClassifier(SoundNetwork):
    """Log-mel features, convolutions, blocks, their mean or maximum, a map to classes.

    The front and the blocks are those of `SpeechRecognizer`: of a Conformer,
    [Gulati et al., 2020](https://arxiv.org/abs/2005.08100), or a Transformer. What
    comes after the end of a sound changes nothing.

    Args:
        num_classes: int. Number of classes K.
        hidden_size: int. Width D.
        num_layers: int. Number of blocks.
        num_heads: int. Heads of each attention.
        pooling: "mean" or "max", of each feature over the outputs of the blocks.
        **kwargs: Further arguments of `SpeechRecognizer`: `feed_forward_size`,
            `encoder`, `sample_rate`, `num_mels`, `subsampling`, `kernel_size`,
            `spec_augment`, `dropout`, `norm_first`; those of the blocks; and those of a
            Keras model.

    Call arguments:
        inputs: `(samples, lengths)`, float `(B, N)` from -1 to 1 and int `(B,)`; in
            training perhaps with uniforms, float `(B, num_uniforms)` in [0, 1), that
            place the masks.
        training: bool or None. Drops out and masks in training.

    Returns:
        float32 `(B, K)`, the logits of the classes.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    ```python
    network = SoundClassifier(10, hidden_size=16, num_layers=1, num_heads=2)
    samples = np.zeros((1, 16_000), "float32")
    network((samples, np.array([16_000])))  # (1, 10)
    ```
    """

    def __init__(
        self,
        num_classes: int,
        hidden_size: int = 64,
        num_layers: int = 3,
        num_heads: int = 4,
        pooling: str = "mean",
        **kwargs: typing.Any,
    ):
        super().__init__(
            hidden_size=hidden_size,
            num_layers=num_layers,
            num_heads=num_heads,
            **kwargs,
        )
        check_pooling(pooling)
        self.num_classes = num_classes
        self.pooling = pooling
        self.head = keras.layers.Dense(num_classes, dtype="float32", name="head")

    def build(self, inputs_shape=None):
        self.build_encoder()
        self.head.build((None, self.hidden_size))
        self.built = True

    def call(
        self, inputs: typing.Sequence[Tensor], training: bool | None = None
    ) -> Tensor:
        heard = self.encode(inputs, training=training)
        pooled = POOLINGS[self.pooling](heard.memory, heard.mask)
        return self.head(self.dropout_layer(pooled, training=training))

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "pooling": self.pooling,
        }
