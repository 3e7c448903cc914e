"""Embedding of what a denoising network is conditioned on."""

import typing

import keras
from keras import ops

from kerazoo.layers.sinusoidal_embedding import SinusoidalEmbedding


@keras.saving.register_keras_serializable(package="kerazoo")
class Conditioning(keras.layers.Layer):
    r"""Embeds the noise level and the label into one vector.

    Computes \(\mathrm{silu}(W_2\, \mathrm{silu}(W_1\, \mathrm{sinusoids}(c)) + l_y)\).
    The values of c lie in [-2.5, 2.5]; they are spread over 1,000 units, the range of
    the time steps that the sinusoids were made for. The table of labels has one row
    more than there are classes, for "no label", as classifier-free guidance,
    [Ho & Salimans, 2022](https://arxiv.org/abs/2207.12598), needs it.

    Args:
        units: int. Width D of the embedding.
        sinusoids: int. Width of the sinusoidal embedding, even.
        num_classes: int or None. Number of classes; None for a network without labels.
        initializer: Initializer of the matrices and of the table.

    Call arguments:
        c_noise: float `(B,)`, the logarithm of the noise-to-signal ratio over 4.
        labels: int `(B,)`, `num_classes` where there is no label; None exactly where
            `num_classes` is None.

    Returns:
        float `(B, D)`.

    Raises:
        ValueError: If `labels` are there where `num_classes` is None or the other way
            round.

    Example:

    ```python
    conditioning = Conditioning(128, 32, num_classes=10)
    conditioning(np.array([-0.5, 1.0]), np.array([3, 10]))  # (2, 128)
    ```
    """

    def __init__(
        self,
        units: int,
        sinusoids: int,
        num_classes: int | None = None,
        initializer: str | keras.Initializer = "glorot_uniform",
        **kwargs: typing.Any,
    ):
        # c_noise needs more than the 8 bits that bfloat16 would leave it.
        super().__init__(autocast=False, **kwargs)
        self.units = units
        self.sinusoids = sinusoids
        self.num_classes = num_classes
        self.initializer = keras.initializers.get(initializer)

    def build(self, c_noise_shape, labels_shape=None):
        self.sinusoidal = SinusoidalEmbedding(
            self.sinusoids, scale=200.0, dtype=self.dtype_policy, name="sinusoidal"
        )
        self.hidden = self._dense("hidden", self.sinusoids)
        self.output_dense = self._dense("output_dense", self.units)
        self.label_table = None
        if self.num_classes is not None:
            self.label_table = keras.layers.Embedding(
                self.num_classes + 1,
                self.units,
                embeddings_initializer=self._initializer(),
                dtype=self.dtype_policy,
                name="label_table",
            )
            self.label_table.build()

    def call(self, c_noise, labels=None):
        if (labels is None) != (self.label_table is None):
            raise ValueError(
                "`labels` must be given exactly where the network has classes. "
                f"Received: labels={labels}, num_classes={self.num_classes}"
            )
        embedding = ops.silu(self.hidden(self.sinusoidal(c_noise)))
        embedding = self.output_dense(embedding)
        if labels is not None:
            embedding = embedding + self.label_table(labels)
        return ops.silu(embedding)

    def compute_output_shape(self, c_noise_shape, labels_shape=None):
        return (c_noise_shape[0], self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "sinusoids": self.sinusoids,
            "num_classes": self.num_classes,
            "initializer": keras.initializers.serialize(self.initializer),
        }

    def _dense(self, name, input_size):
        dense = keras.layers.Dense(
            self.units,
            kernel_initializer=self._initializer(),
            dtype=self.dtype_policy,
            name=name,
        )
        dense.build((None, input_size))
        return dense

    def _initializer(self):
        return self.initializer.clone()
