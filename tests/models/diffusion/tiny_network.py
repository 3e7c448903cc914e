"""The smallest network of [x, c_noise] or [x, c_noise, labels], and its model."""

import keras

from kerazoo.models.diffusion import parametrizations
from kerazoo.models.diffusion import schedules
from kerazoo.models.diffusion.diffusion import Diffusion


@keras.saving.register_keras_serializable(package="tests")
class TinyNetwork(keras.Model):
    """Three dense layers on each pixel, all of which see level and label.

    Args:
        channels: int. Of the output.
        num_classes: int or None.
        units: int. Of the hidden layers.

    Attributes:
        seen: list of the inputs of every eager call of any network.
    """

    seen = []

    def __init__(self, channels=1, num_classes=None, units=8, **kwargs):
        # Levels must not lose bits.
        super().__init__(autocast=False, **kwargs)
        self.channels, self.num_classes, self.units = channels, num_classes, units
        policy = {"dtype": self.dtype_policy}
        self.pixel = keras.layers.Dense(units, **policy)
        self.level = keras.layers.Dense(units, "tanh", **policy)
        self.hidden = keras.layers.Dense(units, "tanh", **policy)
        self.outer = keras.layers.Dense(channels, **policy)
        if num_classes is not None:
            self.label = keras.layers.Embedding(num_classes + 1, units, **policy)

    def build(self, inputs_shape):
        self.pixel.build(inputs_shape[0])
        self.level.build((None, 1))
        self.hidden.build((None, self.units))
        self.outer.build((None, self.units))
        if self.num_classes is not None:
            self.label.build((None,))

    def call(self, inputs, training=False):
        x, c_noise, *labels = inputs
        TinyNetwork.seen.append(inputs)
        condition = self.level(c_noise[:, None])
        if labels:
            condition += self.label(labels[0])
        hidden = self.pixel(x) + condition[:, None, None]
        return self.outer(self.hidden(keras.ops.tanh(hidden)))

    def get_config(self):
        return {
            **super().get_config(),
            "channels": self.channels,
            "num_classes": self.num_classes,
            "units": self.units,
        }


def tiny_diffusion(
    schedule=None,
    parametrization=None,
    shape=(2, 3, 1),
    network=None,
    rate=0.1,
    **kwargs,
):
    """Returns a small compiled model, of cosine schedule and v if nothing is said."""
    doubled = 1 + bool(kwargs.get("learned_variance"))
    network = network or TinyNetwork(shape[-1] * doubled, kwargs.get("num_classes"))
    model = Diffusion(
        network,
        shape,
        schedule or schedules.CosineSchedule(),
        parametrization or parametrizations.VParametrization(),
        **kwargs,
    )
    model.compile(keras.optimizers.SGD(rate), jit_compile=False)
    return model
