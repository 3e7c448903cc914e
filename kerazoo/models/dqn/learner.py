"""Gradient steps in blocks: many `agent.train` in one call."""

import typing

import keras
import numpy as np
import tensorflow as tf
from tf_agents.agents import tf_agent
from tf_agents.trajectories import trajectory


class Trained(typing.NamedTuple):
    """What a block of gradient steps gives.

    Args:
        losses: float32 array `(G,)`. Loss of each step; not finite where one diverged,
            and NaN throughout if TensorFlow stopped there.
        td_errors: float32 array `(G, B)`, the error of each transition, with its sign;
            None where no importance weights were given.
    """

    losses: np.ndarray
    td_errors: np.ndarray | None = None


class Learner:
    """Trains a TF-Agents agent on blocks of batches, without Python in between.

    On one replica the whole block is one XLA program. On several, each step runs
    once per replica on that replica's share of the batch, in one TensorFlow graph.

    Args:
        agent: TF-Agents agent, created in the scope of `strategy`.
        model: Keras model that the agent trains.
        strategy: `tf.distribute.Strategy`.
        jit_compile: Compiles the block with XLA, on one replica.

    Attributes:
        weights: list of tensors, the model's variables after the last block. They
            come with the loss, where reading them one by one takes as long as
            several gradient steps. None on several replicas.

    Example:

    ```python
    learner = Learner(agent, model, tf.distribute.get_strategy())
    batches = replay.sample((4, 8), np.random.default_rng(0))  # 4 steps of batch 8.
    losses = learner.train(batches).losses  # (4,)
    ```
    """

    def __init__(
        self,
        agent: tf_agent.TFAgent,
        model: keras.Model,
        strategy: tf.distribute.Strategy,
        jit_compile: bool = True,
    ):
        self.agent = agent
        self.model = model
        self.strategy = strategy
        self.weights: list[tf.Tensor] | None = None
        self.jit_compile = jit_compile
        # By the shapes of their inputs.
        self._functions: dict[typing.Any, typing.Any] = {}

    def train(
        self, transitions: trajectory.Transition, weights: np.ndarray | None = None
    ) -> Trained:
        """Takes one gradient step per batch of the block.

        Args:
            transitions: `Transition` of arrays `(G, B, ...)`: G gradient steps of B
                transitions, B over the replicas of this process.
            weights: float32 `(G, B)`, importance weights of the losses, or None. With
                them errors are returned, too.
        """
        inputs = (transitions,) if weights is None else (transitions, weights)
        arrays = tf.nest.flatten(inputs)
        shapes = tuple(array.shape for array in arrays)
        if shapes not in self._functions:
            self._functions[shapes] = self._trace(inputs)
        try:
            if self.strategy.num_replicas_in_sync == 1:
                with tf.device("CPU:0"):  # Named, it takes half of the time.
                    tensors = [tf.constant(array) for array in arrays]
                outputs, self.weights = self._functions[shapes](tensors)
            else:
                outputs = self._functions[shapes](self._shares(inputs))
        except tf.errors.InvalidArgumentError as error:
            # TF-Agents checks the loss itself; XLA leaves that out.
            if "Loss is inf or nan" not in error.message:
                raise
            lost = np.full(arrays[0].shape[:2], np.nan, np.float32)
            return Trained(lost[:, 0], None if weights is None else lost)
        return Trained(*(output.numpy() for output in outputs))

    def _shares(self, inputs):
        """Splits the batches over the replicas of this process."""
        replicas = len(self.strategy.extended.worker_devices)

        def share(context):
            replica = context.replica_id_in_sync_group % replicas
            return tf.nest.map_structure(
                lambda x: tf.constant(np.split(x, replicas, axis=1)[replica]), inputs
            )

        return self.strategy.experimental_distribute_values_from_function(share)

    def _trace(self, inputs):
        """Makes the function for blocks of these shapes."""
        if self.strategy.num_replicas_in_sync > 1:
            return tf.function(self._train_replicas, autograph=False)

        def train(*tensors):
            return self._train_alone(tf.nest.pack_sequence_as(inputs, tensors))

        function = tf.function(
            train, jit_compile=self.jit_compile or None, autograph=False
        )
        specs = [
            tf.TensorSpec(array.shape, array.dtype) for array in tf.nest.flatten(inputs)
        ]
        return _lean(function.get_concrete_function(*specs))

    def _train_alone(self, inputs):
        outputs = _loop(inputs, lambda i: self._step(inputs, i))
        return outputs, [v.value.read_value() for v in self.model.weights]

    def _train_replicas(self, inputs):
        def step(i):
            loss, *errors = self.strategy.run(self._step, args=(inputs, i))
            loss = self.strategy.reduce(tf.distribute.ReduceOp.SUM, loss, axis=None)
            local = self.strategy.experimental_local_results
            return loss, *(tf.concat(local(error), axis=0) for error in errors)

        return _loop(self.strategy.experimental_local_results(inputs)[0], step)

    def _step(self, inputs, i):
        """Returns the loss of a batch and, with weights, its errors."""
        info = self.agent.train(*tf.nest.map_structure(lambda x: x[i], inputs))
        return (info.loss,) if len(inputs) == 1 else (info.loss, info.extra.td_error)


def _lean(function):
    """Returns a function of the tensors of a concrete one, to its two parts of outputs.

    It calls what TensorFlow calls after checks of arguments that take as long as two
    gradient steps of a small network, and the search for the concrete one ten more.
    """
    body, captures = function.inference_fn, function.captured_inputs
    split = len(function.structured_outputs[0])

    def call(tensors):
        flat = body.call_flat(*tensors, *captures)
        return flat[:split], flat[split:]

    return call


def _loop(inputs, step):
    """Returns what `step(i)` gives for the G batches of a block, one after another."""
    steps = tf.range(tf.nest.flatten(inputs)[0].shape[0])
    signature = (tf.float32,) * len(inputs)
    return tf.map_fn(step, steps, fn_output_signature=signature, parallel_iterations=1)
