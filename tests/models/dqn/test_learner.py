from unittest import mock

import kerazoo.models.dqn  # noqa: F401

# isort: split
import keras
import numpy as np
import pytest
import tensorflow as tf
from tf_agents.trajectories import policy_step
from tf_agents.trajectories import time_step as ts
from tf_agents.trajectories import trajectory

from kerazoo.models.dqn.agents import create_agent
from kerazoo.models.dqn.environment import GymnasiumEnvironment
from kerazoo.models.dqn.learner import Learner
from kerazoo.models.dqn.q_networks import q_network
from kerazoo.training import strategy as strategies


@pytest.fixture(scope="module")
def two_replicas():
    return strategies.create("mirrored", num_devices=2)


def one_replica():
    return tf.distribute.get_strategy()


def mlp():
    return keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(
                8, activation="tanh", kernel_regularizer=keras.regularizers.L2(0.01)
            ),
            keras.layers.Dense(2),
        ]
    )


def create(strategy, **kwargs):
    """An agent whose weights are always the same at first."""
    with strategy.scope():
        agent = create_agent(
            GymnasiumEnvironment("CartPole-v1"),
            mlp(),
            **{"learning_rate": 0.01, "target_update_period": 2, **kwargs},
        )
    random = np.random.default_rng(0)
    for network in (agent._q_network, agent._target_q_network):
        for variable in network.variables:
            variable.assign(random.normal(size=variable.shape).astype(np.float32))
    return agent


def learner_of(agent, strategy=None, jit_compile=True):
    model = agent._q_network.keras_model
    return Learner(agent, model, strategy or one_replica(), jit_compile)


def block(num_steps=5, batch_size=6, seed=0):
    random = np.random.default_rng(seed)
    shape = (num_steps, batch_size)

    def step(reward, discount):
        return ts.TimeStep(
            step_type=np.full(shape, ts.StepType.MID, np.int32),
            reward=np.asarray(reward, np.float32),
            discount=np.asarray(discount, np.float32),
            observation=random.normal(size=(*shape, 4)).astype(np.float32),
        )

    return trajectory.Transition(
        step(np.zeros(shape), np.ones(shape)),
        policy_step.PolicyStep(random.integers(0, 2, shape), (), ()),
        step(3 * random.normal(size=shape), random.choice([0.0, 0.9, 1.0], shape)),
    )


def batch_of(transitions, i):
    return tf.nest.map_structure(lambda x: tf.constant(x[i]), transitions)


def values(agent):
    """Weights of both networks."""
    networks = agent._q_network, agent._target_q_network
    return [v.numpy() for network in networks for v in network.variables]


def values_by_replica(agent, strategy):
    """The same on every replica."""
    networks = agent._q_network, agent._target_q_network
    copies = [
        strategy.experimental_local_results(v)
        for network in networks
        for v in network.variables
    ]
    return [[copy.numpy() for copy in replica] for replica in zip(*copies)]


def assert_all_close(actual, expected):
    for one, other in zip(actual, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("jit_compile", "clip"),
    [
        (False, None),
        pytest.param(False, 0.5, marks=pytest.mark.slow),
        pytest.param(True, None, marks=pytest.mark.slow),
        (True, 0.5),
    ],
)
def test_a_block_equals_single_steps(jit_compile, clip):
    alone, together = (create(one_replica(), gradient_clipping=clip) for _ in range(2))
    start = values(alone)
    transitions = block()
    losses = [float(alone.train(batch_of(transitions, i)).loss) for i in range(5)]
    found = learner_of(together, jit_compile=jit_compile).train(transitions).losses
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, losses, rtol=1e-5)
    assert_all_close(values(together), values(alone))
    assert int(together.train_step_counter) == 5
    assert all((a != b).any() for a, b in zip(values(alone), start, strict=True))


@pytest.mark.parametrize("jit_compile", [False, True])
def test_weights_are_those_after_the_block(jit_compile):
    agent = create(one_replica())
    learner = learner_of(agent, jit_compile=jit_compile)
    before = [variable.numpy() for variable in agent._q_network.variables]
    learner.train(block())
    for old, weight, variable in zip(
        before, learner.weights, agent._q_network.variables, strict=True
    ):
        assert not np.array_equal(old, weight)
        np.testing.assert_array_equal(weight, variable.numpy())


def importance(num_steps=5, batch_size=6, seed=0):
    random = np.random.default_rng(seed)
    return random.random((num_steps, batch_size)).astype(np.float32)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_weighted_blocks_equal_single_steps_and_return_their_errors(jit_compile):
    alone, together = (create(one_replica()) for _ in range(2))
    transitions, weights = block(), importance()
    infos = [alone.train(batch_of(transitions, i), weights[i]) for i in range(5)]
    trained = learner_of(together, jit_compile=jit_compile).train(transitions, weights)
    assert trained.td_errors.shape == (5, 6)
    np.testing.assert_allclose(trained.losses, [i.loss for i in infos], rtol=1e-5)
    errors = [info.extra.td_error for info in infos]
    np.testing.assert_allclose(trained.td_errors, errors, rtol=1e-4, atol=1e-5)
    assert_all_close(values(together), values(alone))


def test_no_errors_are_returned_without_weights():
    learner = learner_of(create(one_replica()), jit_compile=False)
    assert learner.train(block(num_steps=1)).td_errors is None


def test_blocks_follow_each_other():
    alone, together = (create(one_replica()) for _ in range(2))
    learner = learner_of(together)
    for seed in range(3):  # 3 steps a block, 2 a period of the target network.
        transitions = block(num_steps=3, seed=seed)
        for i in range(3):
            alone.train(batch_of(transitions, i))
        learner.train(transitions)
        assert_all_close(values(together), values(alone))


@pytest.mark.parametrize("clip", [pytest.param(None, marks=pytest.mark.slow), 0.5])
def test_two_replicas_equal_one_on_the_same_batches(two_replicas, clip):
    one = create(one_replica(), gradient_clipping=clip)
    two = create(two_replicas, gradient_clipping=clip)
    learners = learner_of(one), learner_of(two, two_replicas)
    for seed in range(2):
        losses = [learner.train(block(seed=seed)).losses for learner in learners]
        np.testing.assert_allclose(*losses, rtol=1e-5)
        first, second = values_by_replica(two, two_replicas)
        assert_all_close(first, values(one))
        tf.nest.map_structure(np.testing.assert_array_equal, first, second)
    assert int(two.train_step_counter.numpy()) == 10


def noisy_iqn(strategy):
    environment = GymnasiumEnvironment("CartPole-v1")
    spec = environment.observation_spec()
    with strategy.scope():
        model = q_network(
            spec,
            2,
            (8, 8),
            dueling=True,
            seed=1,
            noisy=True,
            num_outputs=3,
            implicit_quantiles=True,
        )
        return create_agent(environment, model, "iqn", target_update_tau=0.1, seed=3)


@pytest.mark.slow
def test_two_replicas_draw_the_noise_and_the_quantiles_of_one(two_replicas):
    agents = noisy_iqn(one_replica()), noisy_iqn(two_replicas)
    one, two = (
        learner_of(agent, strategy, jit_compile=False)
        for agent, strategy in zip(agents, (None, two_replicas))
    )
    transitions, weights = block(num_steps=2), importance(2)
    first, second = (learner.train(transitions, weights) for learner in (one, two))
    np.testing.assert_allclose(first.losses, second.losses, rtol=1e-5)
    np.testing.assert_allclose(first.td_errors, second.td_errors, rtol=1e-4, atol=1e-5)
    by_replica = values_by_replica(agents[1], two_replicas)
    assert_all_close(by_replica[0], values(agents[0]))


@pytest.mark.slow
@pytest.mark.parametrize("jit_compile", [False, True])
def test_a_resumed_run_draws_what_an_uninterrupted_one_does(tmp_path, jit_compile):
    def blocks(agent, seeds):
        learner = learner_of(agent, jit_compile=jit_compile)
        return [learner.train(block(num_steps=2, seed=seed)).losses for seed in seeds]

    uninterrupted, stopped, resumed = (noisy_iqn(one_replica()) for _ in range(3))
    losses = blocks(uninterrupted, range(4))
    blocks(stopped, range(2))
    path = tf.train.Checkpoint(agent=stopped).save(tmp_path / "checkpoint")
    tf.train.Checkpoint(agent=resumed).restore(path).assert_existing_objects_matched()
    np.testing.assert_array_equal(blocks(resumed, range(2, 4)), losses[2:])
    tf.nest.map_structure(
        np.testing.assert_array_equal, values(resumed), values(uninterrupted)
    )


def test_clipping_changes_the_steps_of_these_blocks():
    free, clipped = (
        create(one_replica(), gradient_clipping=clip) for clip in (None, 0.5)
    )
    for agent in (free, clipped):
        for i in range(5):
            agent.train(batch_of(block(), i))
    difference = np.abs(values(free)[0] - values(clipped)[0])
    assert difference.max() > 1e-3


@pytest.mark.parametrize("replicas", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_blocks_of_the_same_shape_are_traced_once(two_replicas, replicas):
    strategy = two_replicas if replicas == 2 else one_replica()
    agent = create(strategy)
    agent.train = mock.Mock(wraps=agent.train)
    learner = learner_of(agent, strategy, jit_compile=False)
    learner.train(block(num_steps=2))
    first = agent.train.call_count
    assert first > 0
    for seed in range(3):
        learner.train(block(num_steps=2, seed=seed))
    assert agent.train.call_count == first
    learner.train(block(num_steps=3))
    assert agent.train.call_count > first


def test_batches_that_do_not_divide_over_the_replicas_raise(two_replicas):
    learner = learner_of(create(two_replicas), two_replicas)
    with pytest.raises(ValueError, match="equal division"):
        learner.train(block(batch_size=5))


@pytest.mark.parametrize("jit_compile", [True, False])
def test_a_diverged_step_shows_in_the_losses(jit_compile):
    transitions = block()
    transitions.next_time_step.reward[3, 2] = np.inf
    learner = learner_of(create(one_replica()), jit_compile=jit_compile)
    is_finite = np.isfinite(learner.train(transitions).losses)
    # XLA goes on to the end, TensorFlow stops without a result.
    assert is_finite[:4].tolist() == [jit_compile] * 3 + [False]


@pytest.mark.slow
def test_a_diverged_step_shows_in_the_losses_of_two_replicas(two_replicas):
    transitions = block()
    transitions.next_time_step.reward[3, 2] = np.inf
    learner = learner_of(create(two_replicas), two_replicas)
    assert not np.isfinite(learner.train(transitions).losses).any()
