"""How labels enter the networks of a GAN."""

import typing

import keras
from keras import ops

from kerazoo.layers.spectral_normalization import SpectralNormalization
from kerazoo.layers.tensor import Tensor

_EMBEDDING_SIZE = 32


def split_labels(
    inputs: typing.Any, num_classes: int | None
) -> tuple[Tensor, Tensor | None]:
    """Returns `(x, labels)` of a network's inputs, labels None without classes.

    Raises:
        ValueError: If labels are missing or not expected.
    """
    has_labels = isinstance(inputs, (list, tuple))
    if not has_labels:
        inputs = (inputs,)
    if has_labels != (num_classes is not None) or len(inputs) != 1 + has_labels:
        raise _labels_error([tuple(x.shape) for x in inputs], num_classes)
    return (inputs[0], inputs[1]) if has_labels else (inputs[0], None)


def first_shape(
    inputs_shape: typing.Any, num_classes: int | None
) -> tuple[int | None, ...]:
    """Returns the shape of x by those of a network's inputs, as of `split_labels`.

    Raises:
        ValueError: If labels are missing or not expected.
    """
    has_labels = isinstance(inputs_shape[0], (list, tuple))
    shapes = inputs_shape if has_labels else [inputs_shape]
    if has_labels != (num_classes is not None) or len(shapes) != 1 + has_labels:
        raise _labels_error([tuple(shape) for shape in shapes], num_classes)
    return tuple(shapes[0])


@keras.saving.register_keras_serializable(package="kerazoo")
class LabelledLatents(keras.layers.Layer):
    """Appends an embedding of the label to a latent.

    Args:
        num_classes: int or None. None leaves latents as they are.

    Call arguments:
        latents: float `(B, Z)`.
        labels: int `(B,)`, or None.

    Returns:
        float `(B, Z)`, with classes `(B, Z + 32)`.

    Example:

    ```python
    LabelledLatents(10)(np.ones((2, 64)), np.array([3, 7]))  # (2, 96)
    ```
    """

    def __init__(self, num_classes: int | None = None, **kwargs: typing.Any):
        super().__init__(**kwargs)
        self.num_classes = num_classes
        if num_classes is not None:
            self.embedding = keras.layers.Embedding(
                num_classes,
                _EMBEDDING_SIZE,
                embeddings_initializer=keras.initializers.RandomNormal(stddev=1.0),
                dtype=self.dtype_policy,
            )

    def build(self, latents_shape, labels_shape=None):
        if self.num_classes is not None:
            self.embedding.build((None,))

    def call(self, latents, labels=None):
        latents = ops.cast(latents, self.compute_dtype)
        if self.num_classes is None:
            return latents
        return ops.concatenate([latents, self.embedding(labels)], axis=-1)

    def get_config(self):
        return {**super().get_config(), "num_classes": self.num_classes}


@keras.saving.register_keras_serializable(package="kerazoo")
class LabelledImages(keras.layers.Layer):
    """Appends a plane to images that is an embedding of the label.

    The discriminator of the conditional GAN by concatenation
    ([Mirza & Osindero, 2014](https://arxiv.org/abs/1411.1784)), for images.

    Args:
        num_classes: int.

    Call arguments:
        images: float `(B, H, W, C)`.
        labels: int `(B,)`.

    Returns:
        float `(B, H, W, C + 1)`.

    Example:

    ```python
    LabelledImages(10)(np.ones((2, 8, 8, 1)), np.array([3, 7]))  # (2, 8, 8, 2)
    ```
    """

    def __init__(self, num_classes: int, **kwargs: typing.Any):
        super().__init__(**kwargs)
        self.num_classes = num_classes

    def build(self, images_shape, labels_shape=None):
        height, width = images_shape[1:3]
        self.planes = keras.layers.Embedding(
            self.num_classes,
            height * width,
            embeddings_initializer=keras.initializers.RandomNormal(stddev=1.0),
            dtype=self.dtype_policy,
        )
        self.planes.build((None,))

    def call(self, images, labels):
        images = ops.cast(images, self.compute_dtype)
        height, width = images.shape[1:3]
        planes = ops.reshape(self.planes(labels), (-1, height, width, 1))
        return ops.concatenate([images, planes], axis=-1)

    def get_config(self):
        return {**super().get_config(), "num_classes": self.num_classes}


@keras.saving.register_keras_serializable(package="kerazoo")
class ProjectionHead(keras.layers.Layer):
    r"""Returns the logit \(w^T h + b + e_y^T h\) of features h and label y.

    The projection discriminator of
    [Miyato & Koyama, 2018](https://arxiv.org/abs/1802.05637), Equation 11; without
    classes the linear part alone. In float32, whatever the policy.

    Args:
        num_classes: int or None.
        kernel_initializer: Initializer of w.
        spectral_normalization: bool. Divides w and e by their spectral norms.

    Call arguments:
        features: float `(B, D)`.
        labels: int `(B,)`, or None.

    Returns:
        float32 `(B,)`.

    Example:

    ```python
    ProjectionHead(10)(np.ones((2, 64)), np.array([3, 7]))  # (2,)
    ```
    """

    def __init__(
        self,
        num_classes: int | None = None,
        kernel_initializer: str | keras.initializers.Initializer = "glorot_uniform",
        spectral_normalization: bool = False,
        **kwargs: typing.Any,
    ):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.num_classes = num_classes
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.spectral_normalization = spectral_normalization

    def build(self, features_shape, labels_shape=None):
        size = features_shape[-1]
        self.dense = self._normalized(
            keras.layers.Dense(
                1,
                kernel_initializer=self.kernel_initializer,
                use_bias=not self.spectral_normalization,
                dtype=self.dtype_policy,
            )
        )
        self.dense.build((None, size))
        if self.num_classes is not None:
            self.embedding = self._normalized(
                keras.layers.Embedding(
                    self.num_classes,
                    size,
                    embeddings_initializer=keras.initializers.RandomNormal(
                        stddev=size**-0.5
                    ),
                    dtype=self.dtype_policy,
                )
            )
            self.embedding.build((None,))

    def call(self, features, labels=None, training=False):
        options = {"training": training} if self.spectral_normalization else {}
        features = ops.cast(features, self.compute_dtype)
        logits = ops.squeeze(self.dense(features, **options), -1)
        if self.num_classes is None:
            return logits
        return logits + ops.sum(self.embedding(labels, **options) * features, axis=-1)

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
            "spectral_normalization": self.spectral_normalization,
        }

    def _normalized(self, layer):
        return SpectralNormalization(layer) if self.spectral_normalization else layer


def _labels_error(shapes, num_classes):
    call = "network(x)" if num_classes is None else "network([x, labels])"
    return ValueError(
        f"The network must be called as `{call}`. "
        f"Received: num_classes={num_classes}, shapes={shapes}"
    )
