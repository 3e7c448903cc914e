"""Dense layer of node features, dense or sparse."""

import keras

from kerazoo.layers.graph.base_graph_conv import transform
from kerazoo.layers.tensor import Tensor


@keras.saving.register_keras_serializable(package="kerazoo")
class FeatureDense(keras.layers.Dense):
    """Dense layer that multiplies `SparseFeatures` without detours.

    Args:
        units: Width of the output.
        **kwargs: Of `keras.layers.Dense`.

    Example:

    ```python
    FeatureDense(2)(SparseFeatures([[0, 1]], [2.0], [1, 2]))
    ```
    """

    def call(self, inputs: Tensor) -> Tensor:
        outputs = transform(inputs, self.kernel)
        if self.use_bias:
            outputs = outputs + self.bias
        return self.activation(outputs)
