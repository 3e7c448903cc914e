import kerazoo.models.dqn  # noqa: F401

# isort: split
import keras
import numpy as np
import pytest
import tensorflow as tf
from tf_agents.agents.categorical_dqn import categorical_dqn_agent
from tf_agents.agents.dqn import dqn_agent
from tf_agents.policies import policy_saver
from tf_agents.specs import tensor_spec
from tf_agents.trajectories import policy_step
from tf_agents.trajectories import time_step as ts
from tf_agents.trajectories import trajectory
from tf_agents.utils import common

from kerazoo.models.dqn.keras_network import KerasNetwork

SPEC = tf.TensorSpec((4,), tf.float32, "observation")
ACTION_SPEC = tensor_spec.BoundedTensorSpec((), tf.int64, 0, 2, "action")


def mlp(units=5):
    return keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(units, activation="relu"),
            keras.layers.Dense(3),
        ]
    )


def functional():
    inputs = keras.Input((4,))
    hidden = keras.layers.Dense(5, activation="tanh")(inputs)
    return keras.Model(inputs, keras.layers.Dense(3)(hidden))


@keras.saving.register_keras_serializable(package="test_keras_network")
class Subclass(keras.Model):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.hidden = keras.layers.Dense(units, activation="relu")
        self.head = keras.layers.Dense(3)

    def call(self, inputs):
        return self.head(self.hidden(inputs))

    def get_config(self):
        return {**super().get_config(), "units": self.units}


MODELS = {
    "instance": mlp,
    "unbuilt instance": lambda: keras.Sequential([keras.layers.Dense(3)]),
    "functional instance": functional,
    "subclass instance": lambda: Subclass(6),
    "function": lambda: mlp,
}


def observations(batch=8, seed=0):
    random = np.random.default_rng(seed)
    return tf.constant(random.normal(size=(batch, 4)), tf.float32)


def transitions(batch=8, seed=0, step_type=ts.StepType.MID):
    random = np.random.default_rng(seed)

    def step(seed, reward, discount, step_type):
        return ts.TimeStep(
            step_type=tf.fill((batch,), tf.constant(step_type, tf.int32)),
            reward=tf.constant(reward, tf.float32),
            discount=tf.constant(discount, tf.float32),
            observation=observations(batch, seed),
        )

    return trajectory.Transition(
        time_step=step(2 * seed, np.zeros(batch), np.ones(batch), step_type),
        action_step=policy_step.PolicyStep(
            tf.constant(random.integers(0, 3, batch)), (), ()
        ),
        next_time_step=step(
            2 * seed + 1, random.normal(size=batch), np.ones(batch), ts.StepType.MID
        ),
    )


def two_steps(batch):
    """The same transitions as trajectories of two steps `(B, 2)`."""
    time_step, action_step, next_time_step = batch
    both = [time_step.observation, next_time_step.observation]
    step_type = tf.fill((len(both[0]), 2), tf.constant(ts.StepType.MID, tf.int32))
    return trajectory.Trajectory(
        step_type=step_type,
        observation=tf.stack(both, axis=1),
        action=tf.stack([action_step.action] * 2, axis=1),
        policy_info=(),
        next_step_type=step_type,
        reward=tf.stack([next_time_step.reward] * 2, axis=1),
        discount=tf.stack([next_time_step.discount] * 2, axis=1),
    )


def create_agent(network, kind=dqn_agent.DqnAgent, optimizer=None, **kwargs):
    optimizer = optimizer or keras.optimizers.SGD(0.1)
    optimizer.build(network.trainable_variables)
    agent = kind(
        ts.time_step_spec(network.input_tensor_spec),
        ACTION_SPEC,
        network,
        optimizer,
        train_step_counter=tf.Variable(0, dtype=tf.int64),
        **kwargs,
    )
    agent.initialize()
    return agent


def values(variables):
    return [np.array(variable) for variable in variables]


def assert_all_equal(actual, expected, **tolerance):
    assert len(actual) == len(expected) > 0
    for one, other in zip(actual, expected):
        np.testing.assert_allclose(one, other, **(tolerance or {"rtol": 0}))


def all_differ(some, others):
    return all((one != other).any() for one, other in zip(some, others))


def randomise(network, seed=1):
    random = np.random.default_rng(seed)
    for variable in network.variables:
        variable.assign(random.normal(size=variable.shape))


class TestVariables:
    def test_tf_agents_sees_the_weights_as_tf_variables(self):
        model = keras.Sequential(
            [keras.layers.Dense(3), keras.layers.BatchNormalization()]
        )
        network = KerasNetwork(SPEC, model)
        assert all(isinstance(v, tf.Variable) for v in network.variables)
        assert_all_equal(values(network.variables), model.get_weights())
        assert len(network.variables) == 6
        assert len(network.trainable_variables) == 4
        assert len(network.non_trainable_variables) == 2
        assert [v.ref() for v in network.trainable_weights] == [
            v.value.ref() for v in model.trainable_variables
        ]

    def test_a_module_that_holds_the_network_tracks_the_weights_once(self):
        network = KerasNetwork(SPEC, mlp())
        module = tf.Module()
        module.network = network
        assert {v.ref() for v in module.variables} == {
            v.ref() for v in network.variables
        }
        assert len(module.variables) == 4

    @pytest.mark.parametrize("policy", ["policy", "collect_policy"])
    def test_policies_have_the_weights(self, policy):
        network = KerasNetwork(SPEC, mlp())
        policy = getattr(create_agent(network), policy)
        assert_all_equal(values(policy.variables()), network.keras_model.get_weights())

    def test_the_agent_has_the_weights_of_both_networks(self):
        agent = create_agent(KerasNetwork(SPEC, mlp()))
        known = {v.ref() for v in agent.variables}
        own = agent._q_network.variables + agent._target_q_network.variables
        assert len({v.ref() for v in own}) == 8
        assert {v.ref() for v in own} <= known

    def test_policy_update_copies_the_weights(self):
        agents = [create_agent(KerasNetwork(SPEC, mlp())) for _ in range(2)]
        for agent, seed in zip(agents, (1, 2)):
            randomise(agent._q_network, seed)
        old, new = (values(agent.policy.variables()) for agent in agents)
        assert all_differ(old, new)
        agents[0].policy.update(agents[1].policy, tau=0.25)
        mixed = [0.75 * a + 0.25 * b for a, b in zip(old, new)]
        assert_all_equal(values(agents[0].policy.variables()), mixed, rtol=1e-5)
        agents[0].policy.update(agents[1].policy)
        assert_all_equal(values(agents[0]._q_network.variables), new)
        assert_all_equal(values(agents[1]._q_network.variables), new)

    def test_frozen_layers_are_not_trained(self):
        model = mlp()
        model.layers[0].trainable = False
        network = KerasNetwork(SPEC, model)
        assert len(network.variables) == 4
        assert len(network.trainable_variables) == 2
        before = values(network.variables)
        create_agent(network).train(transitions())
        after = values(network.variables)
        assert_all_equal(after[:2], before[:2])
        assert all_differ(after[2:], before[2:])

    def test_layers_can_be_frozen_later(self):
        network = KerasNetwork(SPEC, mlp())
        network.keras_model.layers[0].trainable = False
        assert len(network.trainable_variables) == 2
        assert len(network.non_trainable_variables) == 2


class TestCopy:
    @pytest.mark.parametrize("name", MODELS)
    def test_copies_compute_the_same_from_weights_of_their_own(self, name):
        network = KerasNetwork(SPEC, MODELS[name]())
        copy = network.copy(name="Copy")
        assert copy.name == "Copy"
        assert not (
            {v.ref() for v in network.variables} & {v.ref() for v in copy.variables}
        )
        randomise(network)
        before = values(network.variables)
        copy.keras_model.set_weights(network.keras_model.get_weights())
        q_values, _ = network(observations())
        np.testing.assert_array_equal(copy(observations())[0], q_values)
        for variable in copy.variables:
            variable.assign_add(tf.ones_like(variable))
        assert_all_equal(values(network.variables), before)
        np.testing.assert_array_equal(network(observations())[0], q_values)

    def test_a_copy_can_be_copied(self):
        network = KerasNetwork(SPEC, mlp)
        copies = [network, network.copy(), network.copy().copy()]
        assert len({v.ref() for n in copies for v in n.variables}) == 12

    def test_a_model_instance_is_used_itself(self):
        model = mlp()
        assert KerasNetwork(SPEC, model).keras_model is model

    @pytest.mark.parametrize("model", [3, None, lambda: "network"])
    def test_what_is_no_model_raises(self, model):
        with pytest.raises(
            TypeError, match=r"must be a keras.Model or a function.*Received: model="
        ):
            KerasNetwork(SPEC, model)


class TestCall:
    def test_gives_the_outputs_of_the_model_and_the_state(self):
        network = KerasNetwork(SPEC, mlp())
        q_values, state = network(
            observations(), step_type=tf.zeros(8, tf.int32), network_state=()
        )
        np.testing.assert_array_equal(q_values, network.keras_model(observations()))
        assert state == ()

    @pytest.mark.filterwarnings("ignore:The structure of `inputs`")
    def test_nested_observations(self):
        left, right = keras.Input((2,), name="left"), keras.Input((3,), name="right")
        outputs = keras.layers.Dense(3)(keras.layers.Concatenate()([left, right]))
        model = keras.Model({"left": left, "right": right}, outputs)
        spec = {
            "left": tf.TensorSpec((2,), tf.float32),
            "right": tf.TensorSpec((3,), tf.float32),
        }
        network = KerasNetwork(spec, model)
        x = {"left": tf.ones((6, 2)), "right": tf.zeros((6, 3))}
        assert network(x)[0].shape == (6, 3)
        kernel, bias = model.get_weights()
        np.testing.assert_allclose(
            network(x)[0], np.tile(kernel[:2].sum(0) + bias, (6, 1)), rtol=1e-5
        )

    def test_training_reaches_dropout(self):
        network = KerasNetwork(
            SPEC, keras.Sequential([keras.layers.Dropout(0.5), keras.layers.Flatten()])
        )
        x = tf.ones((50, 4))
        np.testing.assert_array_equal(network(x)[0], x)
        np.testing.assert_array_equal(network(x, training=False)[0], x)
        assert set(np.unique(network(x, training=True)[0])) == {0.0, 2.0}

    def test_training_reaches_batch_normalization(self):
        layer = keras.layers.BatchNormalization(momentum=0.5)
        network = KerasNetwork(SPEC, keras.Sequential([layer]))
        x = observations() + 3
        network(x)
        np.testing.assert_array_equal(layer.moving_mean, np.zeros(4))
        network(x, training=True)
        np.testing.assert_allclose(layer.moving_mean, np.mean(x, axis=0) / 2, rtol=1e-5)

    def test_agents_train_batch_normalization_in_training_mode(self):
        layer = keras.layers.BatchNormalization(momentum=0.5)
        network = KerasNetwork(SPEC, keras.Sequential([layer, keras.layers.Dense(3)]))
        agent = create_agent(network)
        batch = transitions()
        agent.train(batch)
        np.testing.assert_allclose(
            layer.moving_mean,
            np.mean(batch.time_step.observation, axis=0) / 2,
            rtol=1e-5,
        )


class TestLosses:
    def regularized(self):
        model = keras.Sequential(
            [
                keras.Input((4,)),
                keras.layers.Dense(3, kernel_regularizer=keras.regularizers.L2(0.01)),
            ]
        )
        return KerasNetwork(SPEC, model)

    def test_regularization_is_part_of_the_loss(self):
        network = self.regularized()
        kernel = values(network.variables)[0]
        info = create_agent(network).train(transitions())
        np.testing.assert_allclose(
            info.loss,
            np.mean(info.extra.td_loss) + 0.01 * np.sum(kernel**2),
            rtol=1e-5,
        )

    @pytest.mark.parametrize("kind", [dqn_agent.DqnAgent, dqn_agent.DdqnAgent])
    def test_regularization_reaches_the_weights(self, kind):
        network = self.regularized()
        kernel, bias = values(network.variables)
        # The last steps of episodes have no temporal-difference error.
        create_agent(network, kind, keras.optimizers.SGD(0.5)).train(
            transitions(step_type=ts.StepType.LAST)
        )
        # Gradient of 0.01 w^2: 0.02 w.
        assert_all_equal(
            values(network.variables), [(1 - 0.5 * 0.02) * kernel, bias], rtol=1e-5
        )


class TestTargetNetwork:
    def test_starts_as_the_network(self):
        agent = create_agent(KerasNetwork(SPEC, mlp()))
        assert_all_equal(
            values(agent._target_q_network.variables),
            values(agent._q_network.variables),
        )

    def test_is_replaced_after_every_period(self):
        agent = create_agent(KerasNetwork(SPEC, mlp()), target_update_period=3)
        train = common.function(agent.train)
        expected = values(agent._q_network.variables)
        for step in range(1, 7):
            train(transitions(seed=step))
            trained = values(agent._q_network.variables)
            assert any((a != b).any() for a, b in zip(trained, expected))
            if step % 3 == 0:
                expected = trained
            assert_all_equal(values(agent._target_q_network.variables), expected)

    def test_moves_by_tau(self):
        agent = create_agent(KerasNetwork(SPEC, mlp()), target_update_tau=0.25)
        train = common.function(agent.train)
        expected = values(agent._q_network.variables)
        for step in range(3):
            train(transitions(seed=step))
            trained = values(agent._q_network.variables)
            expected = [0.75 * a + 0.25 * b for a, b in zip(expected, trained)]
            assert_all_equal(
                values(agent._target_q_network.variables), expected, rtol=1e-5
            )


class CategoricalNetwork(KerasNetwork):
    num_atoms = 11


class TestAgents:
    @pytest.mark.parametrize("kind", [dqn_agent.DqnAgent, dqn_agent.DdqnAgent])
    def test_agents_learn_the_rewards_of_a_bandit(self, kind):
        network = KerasNetwork(SPEC, mlp(16))
        agent = create_agent(network, kind, keras.optimizers.Adam(0.02), gamma=0.0)
        train = common.function(agent.train)
        batch = transitions()
        for _ in range(300):
            train(batch)
        q_values = np.array(network(batch.time_step.observation)[0])
        np.testing.assert_allclose(
            q_values[np.arange(8), batch.action_step.action],
            batch.next_time_step.reward,
            atol=0.05,
        )

    def test_a_categorical_agent_learns_the_rewards_of_a_bandit(self):
        model = keras.Sequential(
            [
                keras.Input((4,)),
                keras.layers.Dense(16, activation="relu"),
                keras.layers.Dense(3 * 11),
                keras.layers.Reshape((3, 11)),
            ]
        )
        network = CategoricalNetwork(SPEC, model)
        agent = create_agent(
            network,
            categorical_dqn_agent.CategoricalDqnAgent,
            keras.optimizers.Adam(0.02),
            gamma=0.0,
            min_q_value=-3.0,
            max_q_value=3.0,
        )
        train = common.function(agent.train)
        batch = transitions()
        experience = two_steps(batch)  # This agent takes no transitions.
        for _ in range(300):
            train(experience)
        logits = network(batch.time_step.observation)[0]
        q_values = np.array(tf.nn.softmax(logits)) @ np.linspace(-3, 3, 11)
        np.testing.assert_allclose(
            q_values[np.arange(8), batch.action_step.action],
            batch.next_time_step.reward,
            atol=0.05,
        )

    def test_the_policy_is_greedy(self):
        network = KerasNetwork(SPEC, mlp())
        randomise(network)
        time_step = ts.restart(observations(50), batch_size=50)
        action = create_agent(network).policy.action(time_step).action
        q_values = np.array(network.keras_model(observations(50)))
        assert len(set(action.numpy())) > 1
        np.testing.assert_array_equal(action, q_values.argmax(axis=1))


def test_a_restored_checkpoint_goes_on_as_the_original(tmp_path):
    def new_agent():
        return create_agent(
            KerasNetwork(SPEC, mlp()),
            optimizer=keras.optimizers.Adam(0.01),
            target_update_period=2,
        )

    agent = new_agent()
    for step in range(3):
        agent.train(transitions(seed=step))
    path = tf.train.Checkpoint(agent=agent).save(str(tmp_path / "checkpoint"))
    restored = new_agent()
    tf.train.Checkpoint(agent=restored).restore(path).assert_consumed()
    for a in (agent, restored):
        for step in range(3, 6):  # One update of the target network comes at step 4.
            a.train(transitions(seed=step))
        assert int(a.train_step_counter) == 6
    for network in ("_q_network", "_target_q_network"):
        assert_all_equal(
            values(getattr(restored, network).variables),
            values(getattr(agent, network).variables),
            rtol=1e-6,
        )


@pytest.mark.filterwarnings("ignore:Encoding a StructuredValue")
def test_a_saved_policy_acts_as_the_original(tmp_path):
    network = KerasNetwork(SPEC, mlp())
    randomise(network)
    policy = create_agent(network).policy
    policy_saver.PolicySaver(policy, batch_size=None).save(str(tmp_path))
    loaded = tf.saved_model.load(str(tmp_path))
    time_step = ts.restart(observations(50), batch_size=50)
    action = policy.action(time_step).action
    assert len(set(action.numpy())) > 1
    np.testing.assert_array_equal(loaded.action(time_step).action, action)
    assert_all_equal(values(loaded.model_variables), network.keras_model.get_weights())
