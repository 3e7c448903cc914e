"""Gradient steps in blocks: many `agent.train` in one call."""

import math

import numpy as np
import tensorflow as tf


class Learner:
    """Trains a TF-Agents agent on blocks of batches, without Python in between.

    On one replica the whole block is one XLA program. On several, each step runs
    once per replica on that replica's share of the batch, in one TensorFlow graph.

    Args:
        agent: TF-Agents agent, created in the scope of `strategy`.
        strategy: `tf.distribute.Strategy`.
        jit_compile: bool. Compiles the block with XLA, on one replica.

    Attributes:
        weights: list of arrays, the Q-network's variables after the last block. They
            come with the loss, where reading them one by one takes as long as
            several gradient steps. None on several replicas.

    Example:

    ```python
    learner = Learner(agent, tf.distribute.get_strategy())
    loss = learner.train(replay.sample((32, 64), random))  # 32 steps of batch 64
    ```
    """

    def __init__(self, agent, strategy, jit_compile=True):
        self.agent = agent
        self.strategy = strategy
        self.weights = None
        alone = strategy.num_replicas_in_sync == 1
        self._train = tf.function(
            self._train_alone if alone else self._train_replicas,
            jit_compile=(alone and jit_compile) or None,
            autograph=False,
        )

    def train(self, transitions):
        """Takes one gradient step per batch of the block.

        Args:
            transitions: `Transition` of arrays `(G, B, ...)`: G gradient steps of B
                transitions, B over the replicas of this process.

        Returns:
            float. Mean loss of the G steps; not finite if any step diverged.
        """
        if self.strategy.num_replicas_in_sync > 1:
            transitions = self._shares(transitions)
        try:
            loss, weights = self._train(transitions)
        except tf.errors.InvalidArgumentError as error:
            # TF-Agents checks the loss itself; XLA leaves that out.
            if "Loss is inf or nan" not in error.message:
                raise
            return math.nan
        self.weights = weights and [weight.numpy() for weight in weights]
        return float(loss)

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

    def _train_alone(self, transitions):
        loss = _loop(transitions, lambda i: self._step(transitions, i))
        variables = self.agent._q_network.variables
        return loss, [variable.read_value() for variable in variables]

    def _train_replicas(self, transitions):
        def step(i):
            losses = self.strategy.run(self._step, args=(transitions, i))
            return self.strategy.reduce(tf.distribute.ReduceOp.SUM, losses, axis=None)

        local = self.strategy.experimental_local_results(transitions)[0]
        return _loop(local, step), None

    def _step(self, transitions, i):
        batch = tf.nest.map_structure(lambda x: x[i], transitions)
        return self.agent.train(batch).loss


def _loop(transitions, step):
    """Averages `step(i)` over the G batches of a block."""
    num_steps = tf.nest.flatten(transitions)[0].shape[0]
    _, total = tf.while_loop(
        lambda i, _: i < num_steps,
        lambda i, total: (i + 1, total + step(i)),
        (tf.constant(0), tf.constant(0.0)),
        maximum_iterations=num_steps,
        parallel_iterations=1,
    )
    return total / num_steps
