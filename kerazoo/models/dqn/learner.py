"""Gradient steps in blocks: many `agent.train` in one call."""

import typing

import keras
import numpy as np
import tensorflow as tf
from tf_agents.agents import tf_agent
from tf_agents.trajectories import trajectory


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
    losses = learner.train(batches)  # (4,)
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

    def train(self, transitions: trajectory.Transition) -> np.ndarray:
        """Takes one gradient step per batch of the block.

        Args:
            transitions: `Transition` of arrays `(G, B, ...)`: G gradient steps of B
                transitions, B over the replicas of this process.

        Returns:
            float32 array `(G,)`. Loss of each step; not finite where one diverged, and
            NaN throughout if TensorFlow stopped there.
        """
        arrays = tf.nest.flatten(transitions)
        shapes = tuple(array.shape for array in arrays)
        if shapes not in self._functions:
            self._functions[shapes] = self._trace(transitions)
        try:
            if self.strategy.num_replicas_in_sync == 1:
                inputs = [tf.constant(array) for array in arrays]
                losses, self.weights = self._functions[shapes](*inputs)
            else:
                losses = self._functions[shapes](self._shares(transitions))
        except tf.errors.InvalidArgumentError as error:
            # TF-Agents checks the loss itself; XLA leaves that out.
            if "Loss is inf or nan" not in error.message:
                raise
            return np.full(len(arrays[0]), np.nan, np.float32)
        return losses.numpy()

    def _shares(self, transitions):
        """Splits the batches over the replicas of this process."""
        replicas = len(self.strategy.extended.worker_devices)

        def share(context):
            replica = context.replica_id_in_sync_group % replicas
            return tf.nest.map_structure(
                lambda x: tf.constant(np.split(x, replicas, axis=1)[replica]),
                transitions,
            )

        return self.strategy.experimental_distribute_values_from_function(share)

    def _trace(self, transitions):
        """Makes the function for blocks of these shapes."""
        if self.strategy.num_replicas_in_sync > 1:
            return tf.function(self._train_replicas, autograph=False)

        def train(*inputs):
            return self._train_alone(tf.nest.pack_sequence_as(transitions, inputs))

        function = tf.function(
            train, jit_compile=self.jit_compile or None, autograph=False
        )
        # A `tf.function` looks for the concrete one for as long as ten steps take.
        specs = [
            tf.TensorSpec(array.shape, array.dtype)
            for array in tf.nest.flatten(transitions)
        ]
        return function.get_concrete_function(*specs)

    def _train_alone(self, transitions):
        losses = _loop(transitions, lambda i: self._step(transitions, i))
        return losses, [v.value.read_value() for v in self.model.variables]

    def _train_replicas(self, transitions):
        def step(i):
            losses = self.strategy.run(self._step, args=(transitions, i))
            return self.strategy.reduce(tf.distribute.ReduceOp.SUM, losses, axis=None)

        local = self.strategy.experimental_local_results(transitions)[0]
        return _loop(local, step)

    def _step(self, transitions, i):
        batch = tf.nest.map_structure(lambda x: x[i], transitions)
        return self.agent.train(batch).loss


def _loop(transitions, step):
    """Returns `step(i)` of the G batches of a block, one after the other."""
    num_steps = tf.nest.flatten(transitions)[0].shape[0]
    return tf.map_fn(
        step, tf.range(num_steps), fn_output_signature=tf.float32, parallel_iterations=1
    )
