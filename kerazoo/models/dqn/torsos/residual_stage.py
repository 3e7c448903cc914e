"""A stage of the deep network of IMPALA."""

import typing

import keras


@keras.saving.register_keras_serializable("kerazoo")
class ResidualStage(keras.layers.Layer):
    """Convolves, halves height and width, and adds what residual blocks find.

    [Espeholt et al., 2018](https://arxiv.org/abs/1802.01561), Figure 3, right.

    Args:
        filters: Channels F of the output.
        blocks: Residual blocks, each of two 3x3 convolutions after a ReLU.
        halves: Whether height and width are halved.
        **kwargs: Of `keras.layers.Layer`.

    Call arguments:
        x: float `(B, H, W, C)`.

    Returns:
        float `(B, ceil(H / 2), ceil(W / 2), F)`, or `(B, H, W, F)`.

    Example:

    ```python
    from kerazoo.models.dqn.torsos.residual_stage import ResidualStage

    ResidualStage(16)(np.zeros((2, 84, 84, 4))).shape  # (2, 42, 42, 16)
    ```
    """

    def __init__(
        self, filters: int, blocks: int = 2, halves: bool = True, **kwargs: typing.Any
    ):
        super().__init__(**kwargs)
        self.filters = filters
        self.blocks = blocks
        self.halves = halves
        self.first = self._convolution()
        self.pooling = keras.layers.MaxPooling2D(3, 2, padding="same")
        self.pairs = [[self._convolution(), self._convolution()] for _ in range(blocks)]

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.first.build(input_shape)
        shape = (*input_shape[:3], self.filters)
        for pair in self.pairs:
            for convolution in pair:
                convolution.build(shape)
        self.built = True

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        x = self.first(x)
        if self.halves:
            x = self.pooling(x)
        for first, second in self.pairs:
            x = x + second(keras.ops.relu(first(keras.ops.relu(x))))
        return x

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        batch, *sides, _ = input_shape
        if self.halves:
            sides = [None if side is None else -(-side // 2) for side in sides]
        return (batch, *sides, self.filters)

    def get_config(self) -> dict[str, typing.Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "blocks": self.blocks,
            "halves": self.halves,
        }

    def _convolution(self):
        return keras.layers.Conv2D(
            self.filters, 3, padding="same", dtype=self.dtype_policy
        )
