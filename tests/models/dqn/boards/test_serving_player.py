import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models import dqn
from kerazoo.models.dqn import boards
from kerazoo.serving import check
from kerazoo.serving import exporting
from kerazoo.serving.limits import Limits
from tests.models.dqn.boards.random_games import positions


@pytest.fixture(scope="module")
def served():
    environment = boards.BoardEnvironment("connect_four")
    spec = environment.observation_spec()["observation"]
    model = dqn.q_network(spec, 7, (8,), torso="board_resnet", seed=0)
    return environment.game, model, boards.ServingPlayer(model, environment, Limits(64))


@pytest.fixture(scope="module")
def inputs(served):
    game, _, _ = served
    seen = [game.observe(s) for s in positions(game, 1) if not s.is_terminal()]
    planes, masks = map(np.stack, zip(*seen, strict=True))
    return {"observation": planes, "action_mask": masks}


def test_server_without_python_takes_the_best_valid_move(served, inputs, tmp_path):
    _, model, serving = served
    path = exporting.export(serving.module, serving.endpoints, tmp_path)
    outputs = check.run_without_python(str(path), inputs)
    values = model(inputs["observation"]).numpy()
    np.testing.assert_allclose(outputs["q_values"], values, atol=1e-6)
    best = np.where(inputs["action_mask"], values, -np.inf).argmax(axis=1)
    np.testing.assert_array_equal(outputs["action"], best)


def test_exported_values_are_asked_in_parts(served, inputs):
    game, model, serving = served
    policy = serving.endpoints["serving_default"]
    values = boards.ExportedValues(policy, game.num_actions, most=4)
    found = values(inputs["observation"])
    np.testing.assert_allclose(found, model(inputs["observation"]), atol=1e-6)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"observation": np.full((1, 6, 7, 2), 2, np.uint8)}, "`observation`.*1"),
        ({"action_mask": np.zeros((1, 7), bool)}, "`action_mask`"),
        ({"action_mask": np.ones((2, 7), bool)}, "`action_mask`"),
        (
            {
                "observation": np.zeros((65, 6, 7, 2), np.uint8),
                "action_mask": np.ones((65, 7), bool),
            },
            "64",
        ),
    ],
)
def test_wrong_requests_are_refused_in_the_graph(served, change, words):
    _, _, serving = served
    example = serving.example()["serving_default"]
    policy = serving.endpoints["serving_default"]
    request = {name: tf.constant(x) for name, x in {**example, **change}.items()}
    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        policy(**request)
