import dataclasses
import math
import subprocess
import sys

import pytest

from kerazoo.models import dqn
from kerazoo.models.dqn.config import make_agent
from kerazoo.models.dqn.config import make_q_network
from kerazoo.models.dqn.config import make_replay


@pytest.fixture(scope="module")
def environment():
    return dqn.GymnasiumEnvironment("CartPole-v1", num_envs=2)


def test_makes_what_it_says(environment):
    network = dqn.NetworkConfig(hidden_units=[8, 4], dueling=True)
    model = make_q_network(environment, network, seed=0)
    assert [layer.units for layer in model.layers[-3:-1]] == [8, 4]
    assert type(model.layers[-1]).__name__ == "DuelingHead"

    config = dqn.AgentConfig(agent="dqn", loss="mse", discount=0.5, learning_rate=0.25)
    agent = make_agent(environment, model, config)
    assert type(agent).__name__ == "ValueAgent"
    assert agent._gamma == 0.5
    assert agent._q_network.keras_model is model

    replay = make_replay(environment, dqn.ReplayConfig(100, n_step=2), discount=0.5)
    assert (replay.length, replay.num_envs, replay.n_step) == (50, 2, 2)
    assert replay.discount == 0.5


AGENT = dqn.AgentConfig(
    v_min=-3.0,
    num_atoms=7,
    num_quantiles=5,
    kappa=0.5,
    munchausen_alpha=0.2,
    munchausen_temperature=0.3,
    munchausen_clip=-0.4,
    adam_epsilon=1e-3,
)


@pytest.mark.parametrize(
    ("kind", "shape", "found"),
    [
        ("rainbow", (None, 2, 7), {"_v_min": -3.0, "_v_max": 100.0}),
        ("qr_dqn", (None, 2, 5), {"_kappa": 0.5}),
        ("iqn", (None, 2, 5), {"_kappa": 0.5, "_seed": 6}),
        ("munchausen", (None, 2), {"_alpha": 0.2, "_temperature": 0.3, "_clip": -0.4}),
    ],
)
def test_makes_networks_and_agents_that_fit(environment, kind, shape, found):
    config = dataclasses.replace(AGENT, agent=kind)
    network = dqn.NetworkConfig((4,), noisy=kind == "rainbow")
    model = make_q_network(environment, network, seed=0, agent=config)
    assert model.output_shape == shape
    assert ("NoisyDense" in repr(model.layers)) == (kind == "rainbow")
    agent = make_agent(environment, model, config, seed=6)
    assert {name: getattr(agent, name) for name in found} == found
    assert agent.values_model.output_shape == (None, 2)
    assert agent._optimizer.optimizer.epsilon == 1e-3


def test_no_clipping_is_zero(environment):
    kinds = []
    for norm in (0.0, 10.0):
        model = make_q_network(environment, dqn.NetworkConfig((4,)))
        agent = make_agent(environment, model, dqn.AgentConfig(gradient_clipping=norm))
        kinds.append(type(agent._optimizer).__name__)
    assert kinds == ["Adam", "GlobalNormClipping"]


@pytest.mark.parametrize(
    ("length", "share", "expected"), [(64, 0.5, 32), (1, 0.1, 1), (10, 2.5, 25)]
)
def test_gradient_steps_of_a_block(length, share, expected):
    config = dqn.CollectionConfig(
        block_length=length, gradient_steps_per_env_step=share
    )
    assert config.gradient_steps_per_block == expected


def test_exploration_falls():
    epsilon = dqn.ExplorationConfig(0.9, 0.1, 100).make()
    assert [epsilon(step) for step in (0, 50, 100, 200)] == pytest.approx(
        [0.9, 0.5, 0.1, 0.1]
    )


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        (dqn.AgentConfig, {"discount": 0}),
        (dqn.AgentConfig, {"discount": 1.5}),
        (dqn.AgentConfig, {"target_update_tau": 0}),
        (dqn.AgentConfig, {"num_atoms": 1}),
        (dqn.AgentConfig, {"num_quantiles": 0}),
        (dqn.AgentConfig, {"v_min": 100.0}),
        (dqn.AgentConfig, {"v_min": math.nan}),
        (dqn.AgentConfig, {"cql_alpha": math.inf}),
        (dqn.CollectionConfig, {"gradient_steps_per_env_step": 0}),
        (dqn.NetworkConfig, {"hidden_units": (8, 0)}),
    ],
)
def test_numbers_out_of_range_raise(kind, arguments):
    ((name, _),) = arguments.items()
    with pytest.raises(ValueError, match=f"`{name}` must .*Received: {name}="):
        kind(**arguments)


def test_capacity_holds_a_transition_of_every_copy(environment):
    make_replay(environment, dqn.ReplayConfig(10, n_step=3))
    with pytest.raises(ValueError, match="at least 10.*replay_capacity=9, num_envs=2"):
        make_replay(environment, dqn.ReplayConfig(9, n_step=3))


def test_configurations_are_light_and_a_missing_package_is_said():
    program = """
import sys
sys.modules["tf_agents"] = None  # As if it was not installed.
from kerazoo.models.dqn import AgentConfig
AgentConfig(discount=0.9)
print(sorted({"tensorflow", "keras", "gymnasium", "numpy"} & set(sys.modules)))
try:
    from kerazoo.models.dqn import Actor
except ModuleNotFoundError as error:
    print(error.name, error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    light, missing = done.stdout.splitlines()
    assert light == "[]"
    assert missing.startswith("tf_agents kerazoo.models.dqn needs tf_agents: ")
    assert "kerazoo[dqn]" in missing
