import kerazoo.models.dqn  # noqa: F401

# isort: split
import keras
import numpy as np
import pytest
from tf_agents.agents.dqn import dqn_agent
from tf_agents.utils import common

from kerazoo.models.dqn.agents import AGENTS
from kerazoo.models.dqn.agents import create_agent
from kerazoo.models.dqn.environment import GymnasiumEnvironment
from tests.models.dqn.random_transitions import GAMMA
from tests.models.dqn.random_transitions import NUM_ACTIONS
from tests.models.dqn.random_transitions import Batch
from tests.models.dqn.random_transitions import Masked
from tests.models.dqn.random_transitions import set_weights


def linear_model():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(NUM_ACTIONS)])


def create(masks=False, model=linear_model, **kwargs):
    environment = GymnasiumEnvironment(Masked, action_mask=masks)
    return create_agent(environment, model, discount=GAMMA, **kwargs)


def errors(batch, online, target, double):
    """Temporal-difference errors `R + gamma D Q_target(s', a*) - Q(s, a)`."""
    rows = np.arange(batch.size)
    target_values = batch.next_observation @ target[0] + target[1]
    chooser = online if double else target
    choice = batch.next_observation @ chooser[0] + chooser[1]
    if batch.next_mask is not None:
        choice = np.where(batch.next_mask, choice, -np.inf)
    best = target_values[rows, choice.argmax(axis=1)]
    q_values = batch.observation @ online[0] + online[1]
    return batch.reward + GAMMA * batch.discount * best - q_values[rows, batch.action]


def loss_and_slope(error, loss):
    """Loss of each error and its derivative by the error."""
    if loss == "mse":
        return error**2, 2 * error
    size = np.abs(error)
    return np.where(size <= 1, error**2 / 2, size - 0.5), np.clip(error, -1, 1)


def gradients(batch, error, loss):
    """Gradients of the mean loss by kernel and bias of the linear model."""
    by_value = -loss_and_slope(error, loss)[1] / batch.size
    by_values = by_value[:, None] * np.eye(NUM_ACTIONS)[batch.action]
    return [batch.observation.T @ by_values, by_values.sum(axis=0)]


def train_in_numpy(batches, online, target, double, loss, clip=None, rate=0.01):
    """Adam as in Algorithm 1 of Kingma & Ba; returns the weights and the losses."""
    first = [np.zeros_like(w) for w in online]
    second = [np.zeros_like(w) for w in online]
    losses = []
    for t, batch in enumerate(batches, start=1):
        error = errors(batch, online, target, double)
        losses.append(loss_and_slope(error, loss)[0].mean())
        grads = gradients(batch, error, loss)
        if clip is not None:
            norm = np.sqrt(sum((g**2).sum() for g in grads))
            assert norm > clip
            grads = [g * clip / norm for g in grads]
        first = [0.9 * m + 0.1 * g for m, g in zip(first, grads)]
        second = [0.999 * v + 0.001 * g**2 for v, g in zip(second, grads)]
        online = [
            w - rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-7)
            for w, m, v in zip(online, first, second)
        ]
    return online, losses


@pytest.mark.parametrize("masks", [False, True])
@pytest.mark.parametrize("loss", ["huber", "mse"])
@pytest.mark.parametrize("kind", ["dqn", "double_dqn"])
def test_a_step_equals_the_same_in_numpy(kind, loss, masks):
    agent = create(masks, agent=kind, loss=loss, learning_rate=0.01)
    online = set_weights(agent._q_network, seed=1)
    target = set_weights(agent._target_q_network, seed=2)
    batches = [Batch(seed, masks=masks) for seed in (3, 4)]
    double = kind == "double_dqn"

    # The batch tells the two agents, and masks from none, apart.
    expected = errors(batches[0], online, target, double)
    assert (np.abs(expected) > 1).any()
    assert (np.abs(expected) < 1).any()
    other = errors(batches[0], online, target, not double)
    assert (np.abs(other - expected) > 0.1).any()

    infos = [agent.train(batch.to_tf_agents()) for batch in batches]
    np.testing.assert_allclose(infos[0].extra.td_error, expected, rtol=1e-4, atol=1e-5)
    weights, losses = train_in_numpy(batches, online, target, double, loss)
    np.testing.assert_allclose([info.loss for info in infos], losses, rtol=1e-5)
    for variable, weight in zip(agent._q_network.variables, weights, strict=True):
        np.testing.assert_allclose(variable, weight, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", ["dqn", "double_dqn"])
def test_masked_actions_are_never_bootstrapped_from(kind):
    agent = create(masks=True, agent=kind)
    for network in (agent._q_network, agent._target_q_network):
        set_weights(network, seed=1)
        network.variables[1].assign([1.0, 2.0, 1000.0])
    batch = Batch(0, masks=True)
    batch.action[:] = 0
    batch.next_mask[:] = [True, True, False]
    masked = agent.train(batch.to_tf_agents()).extra.td_error
    batch.next_mask[:] = True
    free = agent.train(batch.to_tf_agents()).extra.td_error
    assert (np.abs(masked) < 100).all()
    assert (np.array(free)[batch.discount > 0] > 100).all()


def test_a_terminal_observation_may_have_no_valid_action():
    agent = create(masks=True)
    online = set_weights(agent._q_network, seed=1)
    batch = Batch(0, masks=True)
    batch.discount[:] = 0
    batch.next_mask[:] = False
    info = agent.train(batch.to_tf_agents())
    q_values = batch.observation @ online[0] + online[1]
    np.testing.assert_allclose(
        info.extra.td_error,
        batch.reward - q_values[np.arange(batch.size), batch.action],
        rtol=1e-4,
        atol=1e-5,
    )


def test_masks_bind_the_policy():
    agent = create(masks=True)
    set_weights(agent._q_network, seed=1)
    batch = Batch(0, size=50, masks=True)
    time_step = batch.to_tf_agents().time_step
    action = np.array(agent.policy.action(time_step).action)
    assert batch.mask[np.arange(50), action].all()
    free = np.array(agent._q_network(time_step.observation["observation"])[0])
    assert (free.argmax(axis=1) != action).any()


@pytest.mark.parametrize("clip", [0.5, 0.05])
def test_gradients_are_clipped_by_their_global_norm(clip):
    agent = create(agent="dqn", loss="mse", learning_rate=0.01, gradient_clipping=clip)
    online = set_weights(agent._q_network, seed=1)
    target = set_weights(agent._target_q_network, seed=2)
    batches = [Batch(seed) for seed in (3, 4, 5)]
    # Adam forgets a common scale of all gradients, not one of a single step.
    batches[1].reward *= 20
    for batch in batches:
        agent.train(batch.to_tf_agents())
    arguments = batches, online, target, False, "mse"
    clipped, _ = train_in_numpy(*arguments, clip=clip)
    unclipped, _ = train_in_numpy(*arguments)
    assert np.abs(clipped[0] - unclipped[0]).max() > 1e-3
    for variable, weight in zip(agent._q_network.variables, clipped, strict=True):
        np.testing.assert_allclose(variable, weight, rtol=1e-4, atol=1e-5)


def test_learning_rate_may_be_a_schedule():
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([0], [0.01, 0.0])
    agent = create(learning_rate=schedule)
    weights = [np.array(agent._q_network.variables[0])]
    for seed in range(2):
        agent.train(Batch(seed).to_tf_agents())
        weights.append(np.array(agent._q_network.variables[0]))
    assert (weights[0] != weights[1]).any()
    np.testing.assert_array_equal(weights[1], weights[2])


@pytest.mark.parametrize(
    ("arguments", "moved"),
    [
        ({"target_update_period": 2}, [0.0, 1.0]),
        ({"target_update_period": 1, "target_update_tau": 0.25}, [0.25, 0.25]),
        ({}, [0.0, 0.0]),
    ],
)
def test_the_target_network_follows(arguments, moved):
    agent = create(**arguments)
    set_weights(agent._q_network, seed=1)
    before = set_weights(agent._target_q_network, seed=2)
    for step, share in enumerate(moved):
        agent.train(Batch(step).to_tf_agents())
        expected = [
            (1 - share) * np.array(a) + share * np.array(b)
            for a, b in zip(before, agent._q_network.variables)
        ]
        for variable, value in zip(agent._target_q_network.variables, expected):
            np.testing.assert_allclose(variable, value, rtol=1e-5, atol=1e-6)
        before = expected


def test_starts_with_equal_networks_and_no_steps():
    agent = create(model=linear_model())
    for one, other in zip(
        agent._q_network.variables, agent._target_q_network.variables, strict=True
    ):
        np.testing.assert_array_equal(one, other)
    assert int(agent.train_step_counter) == 0
    agent.train(Batch(0).to_tf_agents())
    assert int(agent.train_step_counter) == 1


@pytest.mark.parametrize("kind", ["dqn", "double_dqn"])
def test_agents_by_name_are_of_tf_agents(kind):
    agent = create(agent=kind)
    assert type(agent) is AGENTS[kind]
    assert isinstance(agent, dqn_agent.DqnAgent)
    assert agent.values_model is agent._q_network.keras_model


@pytest.mark.parametrize("kind", ["dqn", "double_dqn"])
def test_importance_weights_scale_the_losses(kind):
    batch = Batch(0)
    weights = np.random.default_rng(1).random(batch.size).astype(np.float32)
    plain, weighted = (create(agent=kind, loss="mse") for _ in range(2))
    for agent in (plain, weighted):
        set_weights(agent._q_network, seed=1)
        set_weights(agent._target_q_network, seed=2)
    errors = plain.train(batch.to_tf_agents()).extra.td_error
    info = weighted.train(batch.to_tf_agents(), weights)
    np.testing.assert_allclose(info.extra.td_error, errors, rtol=1e-6)
    expected = (weights * np.square(errors)).mean()
    np.testing.assert_allclose(info.loss, expected, rtol=1e-5)


def test_learns_the_values_of_a_bandit():
    agent = create(learning_rate=0.05, model=linear_model)
    batch = Batch(0, size=5)  # A linear model of 5 weights an action fits 5 rewards.
    batch.discount[:] = 0
    train = common.function(agent.train)
    for _ in range(400):
        train(batch.to_tf_agents())
    q_values = np.array(agent._q_network.keras_model(batch.observation))
    np.testing.assert_allclose(
        q_values[np.arange(5), batch.action], batch.reward, atol=0.02
    )


@pytest.mark.parametrize(
    ("name", "known"), [("agent", ", ".join(AGENTS)), ("loss", "huber, mse")]
)
def test_unknown_names_raise(name, known):
    with pytest.raises(
        ValueError, match=f"`{name}` must be one of {known}. Received: {name}=sarsa"
    ):
        create(**{name: "sarsa"})


def test_float16_is_refused():
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(NUM_ACTIONS, dtype="mixed_float16")]
    )
    with pytest.raises(ValueError, match="dtype_policy=mixed_float16"):
        create(model=model)
