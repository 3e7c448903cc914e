r"""Our side of the comparison with a plain PyTorch loop, see `benchmarks.dqn`.

    python -m benchmarks.dqn_loop BLOCK_LENGTH NUM_ENVS ITERATIONS

CartPole, 2 x 64 units, batch 64, one thread; an iteration is one environment step and
one gradient step of Double DQN. Prints iterations per second and CPU microseconds per
iteration, compilation excluded.
"""

import sys
import time

from apps.cli import errors

with errors.heavy_imports("dqn", legacy_keras=True):
    import numpy as np
    import tensorflow as tf

    from kerazoo.models import dqn


def main(block_length, num_envs, iterations):
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    environment = dqn.GymnasiumEnvironment("CartPole-v1", num_envs, seed=0)
    model = dqn.q_network(environment.observation_spec(), 2, (64, 64), seed=0)
    agent = dqn.create_agent(environment, model, loss="mse")
    learner = dqn.Learner(agent, model, tf.distribute.get_strategy())
    replay = dqn.UniformReplay(environment.observation_spec(), 20_000, num_envs)
    q_values = dqn.HostNetwork(model)
    random = np.random.default_rng(0)
    actor = dqn.Actor(environment, q_values, replay, lambda step: 0.1, random)

    def train(iterations):
        for _ in range(iterations // block_length):
            actor.collect(block_length)
            learner.train(replay.sample((block_length, 64), random))
            q_values.refresh(learner.weights)

    actor.collect(200)
    train(200)  # Compiles.
    start, cpu_start = time.perf_counter(), time.process_time()
    train(iterations)
    seconds = time.perf_counter() - start
    cpu_seconds = time.process_time() - cpu_start
    print(iterations / seconds, 1e6 * cpu_seconds / iterations)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
