import kerazoo.models.dqn  # noqa: F401

# isort: split
import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from kerazoo import layers
from kerazoo.models.dqn.agents import create_agent
from kerazoo.models.dqn.environment import GymnasiumEnvironment
from kerazoo.models.dqn.q_networks import q_network
from kerazoo.models.dqn.quantile_agents import quantile_huber_loss
from tests.models.dqn.random_transitions import GAMMA
from tests.models.dqn.random_transitions import NUM_ACTIONS
from tests.models.dqn.random_transitions import Batch
from tests.models.dqn.random_transitions import Masked
from tests.models.dqn.random_transitions import set_weights

ATOMS = 5  # From -2 to 2.
KINDS = {
    "c51": {"v_min": -2.0, "v_max": 2.0},
    "rainbow": {"v_min": -2.0, "v_max": 2.0},
    "qr_dqn": {"kappa": 0.7},
    "iqn": {"kappa": 0.7},
}


def linear_model():
    return keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(NUM_ACTIONS * ATOMS),
            keras.layers.Reshape((NUM_ACTIONS, ATOMS)),
        ]
    )


def implicit_model():
    head = layers.ImplicitQuantileHead(NUM_ACTIONS, ATOMS, num_cosines=3)
    return keras.Sequential([keras.Input((4,)), head])


def create(kind, masks=False, **kwargs):
    environment = GymnasiumEnvironment(Masked, action_mask=masks)
    model = implicit_model() if kind == "iqn" else linear_model()
    options = {"discount": GAMMA, **KINDS[kind], **kwargs}
    agent = create_agent(environment, model, kind, **options)
    weights = [
        set_weights(network, seed)
        for seed, network in enumerate((agent._q_network, agent._target_q_network))
    ]
    return agent, *weights


def outputs(x, weights):
    return (x @ weights[0] + weights[1]).reshape(-1, NUM_ACTIONS, ATOMS)


def softmax(logits):
    exponents = np.exp(logits - logits.max(-1, keepdims=True))
    return exponents / exponents.sum(-1, keepdims=True)


def best_action(values, mask):
    return max((v, -a) for a, v in enumerate(values) if mask is None or mask[a])[1] * -1


def project(probabilities, reward, discount):
    """Algorithm 1 of Bellemare et al., 2017, one atom at a time."""
    found, step = np.zeros(ATOMS), 1.0
    for j in range(ATOMS):
        moved = np.clip(reward + discount * (-2 + j * step), -2, 2)
        b = (moved + 2) / step
        low, high = int(np.floor(b)), int(np.ceil(b))
        if low == high:
            found[low] += probabilities[j]
        else:
            found[low] += probabilities[j] * (high - b)
            found[high] += probabilities[j] * (b - low)
    return found


def categorical_by_hand(batch, online, target, double):
    logits = outputs(batch.observation, online)
    next_probabilities = softmax(outputs(batch.next_observation, target))
    chooser = softmax(outputs(batch.next_observation, online if double else target))
    losses, divergences = [], []
    for i in range(batch.size):
        mask = None if batch.next_mask is None else batch.next_mask[i]
        best = best_action(chooser[i] @ np.linspace(-2, 2, ATOMS), mask)
        discount = GAMMA * batch.discount[i]
        aim = project(next_probabilities[i, best], batch.reward[i], discount)
        chosen = np.log(softmax(logits[i, batch.action[i]]))
        losses.append(-aim @ chosen)
        divergences.append(stats.entropy(aim, np.exp(chosen)))
    return np.array(losses), np.array(divergences)


def quantile_loss_by_hand(quantiles, tau, targets, kappa):
    """Equations 9 and 10 of Dabney et al., 2018, one pair at a time."""
    total = 0.0
    for t, theta in zip(tau, quantiles):
        for y in targets:
            u = y - theta
            huber = u**2 / 2 if abs(u) <= kappa else kappa * (abs(u) - kappa / 2)
            total += abs(t - (u < 0)) * huber / kappa / len(targets)
    return total


def quantile_by_hand(batch, online, target):
    quantiles = outputs(batch.observation, online)
    next_quantiles = outputs(batch.next_observation, target)
    tau = [0.1, 0.3, 0.5, 0.7, 0.9]
    losses, errors = [], []
    for i in range(batch.size):
        mask = None if batch.next_mask is None else batch.next_mask[i]
        best = best_action(next_quantiles[i].mean(-1), mask)
        discount = GAMMA * batch.discount[i]
        targets = batch.reward[i] + discount * next_quantiles[i, best]
        chosen = quantiles[i, batch.action[i]]
        losses.append(quantile_loss_by_hand(chosen, tau, targets, kappa=0.7))
        errors.append(targets.mean() - chosen.mean())
    return np.array(losses), np.array(errors)


def by_hand(kind, batch, online, target):
    if kind == "qr_dqn":
        return quantile_by_hand(batch, online, target)
    return categorical_by_hand(batch, online, target, double=kind == "rainbow")


@pytest.mark.parametrize("masks", [False, True])
@pytest.mark.parametrize("kind", ["c51", "rainbow", "qr_dqn"])
def test_losses_and_errors_equal_the_same_in_numpy(kind, masks):
    agent, online, target = create(kind, masks)
    batch = Batch(3, masks=masks, opponents=True)
    losses, errors = by_hand(kind, batch, online, target)
    weights = np.random.default_rng(4).random(batch.size).astype(np.float32)
    info = agent.train(batch.to_tf_agents(), weights)
    np.testing.assert_allclose(info.extra.td_loss, losses, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(info.extra.td_error, errors, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(info.loss, (weights * losses).mean(), rtol=1e-5)
    # The batch tells the agents, and masks from none, apart.
    if kind != "qr_dqn":
        other = "c51" if kind == "rainbow" else "rainbow"
        assert (np.abs(by_hand(other, batch, online, target)[0] - losses) > 0.1).any()
    if masks:
        batch.next_mask = None
        assert (np.abs(by_hand(kind, batch, online, target)[0] - losses) > 0.1).any()


def test_a_projection_by_hand():
    # All probability at atom 1: of reward 0.25 and gamma D = 0.9 * 0.5 it moves to 0.7,
    # which is 0.3 of atom 0 and 0.7 of atom 1; against an opponent to -0.2.
    agent, *_ = create("c51")
    for network in (agent._q_network, agent._target_q_network):
        kernel, bias = network.variables
        kernel.assign(tf.zeros_like(kernel))
        bias.assign(np.tile([0, 0, 0, 100, 0], NUM_ACTIONS))
    agent._q_network.variables[1].assign(np.tile([0, 1, 2, 3, 4], NUM_ACTIONS))
    batch = Batch(0, size=2)
    batch.reward[:], batch.discount[:] = 0.25, [0.5, -0.5]
    log_p = np.log(softmax(np.arange(5.0)))
    losses = [-0.3 * log_p[2] - 0.7 * log_p[3], -0.8 * log_p[2] - 0.2 * log_p[1]]
    info = agent.train(batch.to_tf_agents())
    np.testing.assert_allclose(info.extra.td_loss, losses, rtol=1e-5)


@pytest.mark.parametrize(
    ("kappa", "expected"),
    # u = 2 of tau 0.1 and u = -1 of tau 0.75: 0.1 * 1.5 + 0.25 * 0.5 and so on.
    [(1.0, 0.275), (2.0, 0.1 * 1 + 0.25 * 0.25), (0.0, 0.1 * 2 + 0.25 * 1)],
)
def test_a_quantile_loss_by_hand(kappa, expected):
    quantiles, tau = tf.constant([[0.0, 3.0]]), tf.constant([[0.1, 0.75]])
    loss = quantile_huber_loss(quantiles, tau, tf.constant([[2.0]]), kappa)
    np.testing.assert_allclose(loss, [expected], rtol=1e-6)


def test_gradients_of_the_quantile_loss_are_its_slopes():
    quantiles = tf.Variable([[0.0, 3.0, 2.0]])
    with tf.GradientTape() as tape:
        loss = quantile_huber_loss(
            quantiles, tf.constant([[0.1, 0.75, 0.5]]), tf.constant([[2.5]]), 1.0
        )
    # -tau, 1 - tau times u, and -tau u.
    np.testing.assert_allclose(
        tape.gradient(loss, quantiles), [[-0.1, 0.25 * 0.5, -0.5 * 0.5]], rtol=1e-6
    )


def implicit_quantiles(x, weights, tau):
    """Quantiles `(B, A, N)` of `implicit_model`."""
    kernel, bias, head_kernel, head_bias = weights
    cosines = np.cos(np.pi * tau[..., None] * np.arange(3))
    product = x[:, None] * np.maximum(cosines @ kernel + bias, 0)
    return (product @ head_kernel + head_bias).swapaxes(1, 2)


@pytest.mark.parametrize("masks", [False, True])
def test_iqn_equals_the_same_in_numpy_at_the_probabilities_it_draws(masks):
    agent, online, target = create("iqn", masks)
    batch = Batch(3, masks=masks)
    tau, next_tau = (np.array(agent._probabilities(k, 16)) for k in (1, 2))
    quantiles = implicit_quantiles(batch.observation, online, tau)
    middles = np.tile([0.1, 0.3, 0.5, 0.7, 0.9], (16, 1))
    values = implicit_quantiles(batch.next_observation, target, middles).mean(-1)
    following = implicit_quantiles(batch.next_observation, target, next_tau)
    losses, errors = [], []
    for i in range(16):
        best = best_action(values[i], None if not masks else batch.next_mask[i])
        targets = batch.reward[i] + GAMMA * batch.discount[i] * following[i, best]
        chosen = quantiles[i, batch.action[i]]
        losses.append(quantile_loss_by_hand(chosen, tau[i], targets, kappa=0.7))
        errors.append(targets.mean() - chosen.mean())
    info = agent.train(batch.to_tf_agents(), np.full(16, 0.5, np.float32))
    np.testing.assert_allclose(info.extra.td_loss, losses, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(info.extra.td_error, errors, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(info.loss, np.mean(losses) / 2, rtol=1e-4)


def test_probabilities_are_uniform_and_new_in_every_step():
    agent, *_ = create("iqn")
    drawn = []
    for step in range(2):
        agent.train_step_counter.assign(step)
        drawn += [np.array(agent._probabilities(which, 200)) for which in (1, 2)]
    assert stats.kstest(np.ravel(drawn), "uniform").pvalue > 1e-3
    for one in range(4):
        for other in range(one):
            assert abs(np.corrcoef(drawn[one].flat, drawn[other].flat)[0, 1]) < 0.15


def test_iqn_needs_its_head():
    with pytest.raises(ValueError, match="ends in an ImplicitQuantileHead"):
        create_agent(GymnasiumEnvironment(Masked), linear_model, "iqn")


@pytest.mark.parametrize("kind", KINDS)
def test_values_are_the_means(kind):
    agent, online, _ = create(kind)
    x = Batch(0).observation
    if kind == "iqn":
        middles = np.tile([0.1, 0.3, 0.5, 0.7, 0.9], (16, 1))
        expected = implicit_quantiles(x, online, middles).mean(-1)
    elif kind == "qr_dqn":
        expected = outputs(x, online).mean(-1)
    else:
        expected = softmax(outputs(x, online)) @ np.linspace(-2, 2, ATOMS)
    values = agent.values_model(x.astype(np.float32))
    np.testing.assert_allclose(values, expected, rtol=1e-4, atol=1e-5)
    one, other = agent.values_model.weights, agent._q_network.keras_model.weights
    assert [id(v) for v in one] == [id(v) for v in other]


@pytest.mark.parametrize("kind", KINDS)
def test_values_stay_float32_in_mixed_precision(kind):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        environment = GymnasiumEnvironment(Masked)
        model = q_network(
            environment.observation_spec(),
            NUM_ACTIONS,
            (8,),
            num_outputs=ATOMS,
            implicit_quantiles=kind == "iqn",
        )
        agent = create_agent(environment, model, kind, cql_alpha=0.5, **KINDS[kind])
    finally:
        keras.config.set_dtype_policy("float32")
    batch = Batch(0)
    assert agent.values_model(batch.observation).dtype == tf.float32
    assert np.isfinite(agent.train(batch.to_tf_agents()).loss)


@pytest.mark.parametrize("kind", KINDS)
def test_a_terminal_observation_may_have_no_valid_action(kind):
    agent, *_ = create(kind, masks=True)
    batch = Batch(0, masks=True)
    batch.discount[:] = 0
    first = np.array(agent.train(batch.to_tf_agents()).extra.td_loss)
    agent, *_ = create(kind, masks=True)
    batch.next_mask[:] = False
    second = np.array(agent.train(batch.to_tf_agents()).extra.td_loss)
    np.testing.assert_allclose(first, second, rtol=1e-5)


def test_masks_bind_the_policy():
    agent, *_ = create("c51", masks=True)
    batch = Batch(0, size=50, masks=True)
    action = np.array(agent.policy.action(batch.to_tf_agents().time_step).action)
    assert batch.mask[np.arange(50), action].all()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["c51", "qr_dqn", "iqn"])
def test_learns_the_mean_rewards_of_a_bandit(kind):
    agent, *_ = create(kind, learning_rate=0.05)
    batch = Batch(0, size=4)
    batch.discount[:] = 0
    train = tf.function(agent.train, autograph=False)
    for _ in range(300):
        train(batch.to_tf_agents())
    values = np.array(agent.values_model(batch.observation.astype(np.float32)))
    np.testing.assert_allclose(
        values[np.arange(4), batch.action], batch.reward, atol=0.1
    )


def test_models_of_plain_values_are_refused():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(NUM_ACTIONS)])
    with pytest.raises(ValueError, match=r"\(B, 3, Z\).*Received: \(None, 3\)"):
        create_agent(GymnasiumEnvironment(Masked), model, "c51")


@pytest.mark.parametrize(
    ("kind", "options", "said"),
    [
        ("c51", {"v_min": 2.0, "v_max": 2.0}, "v_min=2, v_max=2"),
        ("qr_dqn", {"kappa": -1.0}, "kappa=-1"),
    ],
)
def test_options_out_of_range_raise(kind, options, said):
    with pytest.raises(ValueError, match=said):
        create_agent(GymnasiumEnvironment(Masked), linear_model(), kind, **options)
