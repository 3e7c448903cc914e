"""Keras models whose training step is right on any number of replicas."""

import typing

import keras
import tensorflow as tf

from kerazoo.training.global_norm_clipping import GlobalNormClipping


class ReplicaModel(keras.Model):
    r"""Keras model that learns the same from a batch however it is split.

    A Keras optimizer sums the gradients of the replicas. Each replica therefore
    contributes its share of the mean over the global batch,
    \(\sum_{i \in r} w_i \ell_i / \sum_j w_j\), with the weights \(w_j\) of all
    replicas in the denominator. Uneven and padded batches are exact, too.

    Compile it with a loss function of `(targets, outputs)` that returns one value per
    example. An attribute `max_gradient_norm`, None at first, clips the global norm of
    the summed gradients.

    It is a base class: Keras would make it and all its subclasses functional for good
    with the first functional model of it.

    Raises:
        TypeError: If it is made from symbolic inputs and outputs.

    Example:

    ```python
    class Linear(ReplicaModel):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(1)

        def call(self, inputs):
            return self.dense(inputs)

    model = Linear()
    model.compile("adam", keras.losses.mean_squared_error)
    model.fit(np.ones((8, 3)), np.ones((8, 1)), verbose=0)
    ```
    """

    max_gradient_norm: float | None = None

    def __new__(cls, *args, **kwargs):
        given = keras.tree.flatten((args, kwargs))
        if any(isinstance(argument, keras.KerasTensor) for argument in given):
            raise TypeError(
                f"`{cls.__name__}` must be given a `call`, not symbolic inputs and "
                "outputs: wrap them in a `keras.Model` and call that."
            )
        return super().__new__(cls, *args, **kwargs)

    def __init__(self, *args: typing.Any, **kwargs: typing.Any):
        super().__init__(*args, **kwargs)
        self.loss_tracker = keras.metrics.Mean(name="loss")

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        return [self.loss_tracker]

    def train_step(self, data, **call_arguments):
        """Takes one optimizer step.

        Args:
            data: This replica's `(inputs, targets)` or `(inputs, targets, weights)`.
            **call_arguments: Further arguments of `call`.

        Returns:
            dict of `loss`, the mean over the global batch without regularisation.
        """
        inputs, targets, weights = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            outputs = self(inputs, training=True, **call_arguments)
            losses = self.loss(targets, outputs)
            share = share_of_mean(losses, weights)
            total = share
            if self.losses:
                total += tf.add_n(self.losses) / num_replicas()
            total = self.optimizer.scale_loss(total)
        self.loss_tracker.update_state(losses, weights)
        self.apply_gradients(tape.gradient(total, self.trainable_variables))
        return {"loss": sum_over_replicas(share)}

    def test_step(self, data, **call_arguments):
        """Returns the same `loss` without training."""
        inputs, targets, weights = keras.utils.unpack_x_y_sample_weight(data)
        outputs = self(inputs, training=False, **call_arguments)
        losses = self.loss(targets, outputs)
        self.loss_tracker.update_state(losses, weights)
        return {"loss": sum_over_replicas(share_of_mean(losses, weights))}

    def apply_gradients(
        self,
        gradients: typing.Sequence[tf.Tensor],
        variables: typing.Sequence[keras.Variable] | None = None,
        optimizer: keras.optimizers.Optimizer | None = None,
    ) -> None:
        """Applies this replica's share of gradients.

        Args:
            gradients: List of tensors.
            variables: List of as many variables. Default: all that are trainable.
            optimizer: Keras optimizer. Default: the model's own.
        """
        optimizer = optimizer or self.optimizer
        variables = self.trainable_variables if variables is None else variables
        if self.max_gradient_norm:
            # Gradients come scaled as the loss is, in float16.
            max_norm = optimizer.scale_loss(self.max_gradient_norm)
            optimizer = GlobalNormClipping(optimizer, max_norm)
        optimizer.apply_gradients(list(zip(gradients, variables, strict=True)))

    def save_own_variables(self, store: typing.Any) -> None:
        """Keeps the states of random numbers, too, which Keras would leave out."""
        super().save_own_variables(store)
        for name, state in self._random_states().items():
            store[name] = state

    def load_own_variables(self, store: typing.Any) -> None:
        states = self._random_states()
        names = set(store.keys()) - states.keys()
        own = {name: store[name] for name in names}
        super().load_own_variables(own)
        for name, state in states.items():
            if name in store:  # Not in files of weights that others have written.
                state.assign(store[name])

    def _random_states(self):
        """Returns the states of the seed generators of all layers by name."""
        generators = [
            generator
            for layer in self._flatten_layers()
            for generator in layer._seed_generators
        ]
        return {f"seed_{i}": g.state for i, g in enumerate(generators)}

    def _make_function(self, step_function):
        """Gives metrics an axis, over which Keras takes the mean of the workers."""
        strategy = self.distribute_strategy
        is_worker = isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)
        if not is_worker or not strategy.extended._in_multi_worker_mode():
            return super()._make_function(step_function)

        def step(data):
            metrics = step_function(data)
            return tf.nest.map_structure(lambda value: tf.reshape(value, (1,)), metrics)

        return super()._make_function(step)

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Leaves building to the first call: Keras would trace indices as floats."""


def num_replicas() -> int:
    """Returns the number of replicas that train together."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def sum_over_replicas(value: tf.Tensor) -> tf.Tensor:
    """Returns the sum of a tensor over the replicas, on each of them."""
    if num_replicas() == 1:
        return value
    context = tf.distribute.get_replica_context()
    return context.all_reduce(tf.distribute.ReduceOp.SUM, value)


def share_of_mean(values: tf.Tensor, weights: tf.Tensor | None = None) -> tf.Tensor:
    """Returns this replica's part of the weighted mean over the global batch.

    Args:
        values: float `(B, ...)`, one per example of this replica.
        weights: float `(B, ...)` or None for ones.

    Returns:
        float scalar. The parts of all replicas sum to the mean.
    """
    values = tf.cast(values, tf.float32)  # Half precision cannot count a large batch.
    if weights is None:
        weights = tf.ones_like(values)
    weights = tf.cast(weights, tf.float32)
    total = sum_over_replicas(tf.reduce_sum(weights))
    return tf.math.divide_no_nan(tf.reduce_sum(values * weights), total)
