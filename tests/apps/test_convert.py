import numpy as np
import pytest
import tensorflow as tf

from apps import convert
from kerazoo.models import dqn
from kerazoo.serving import export
from tests.apps.conftest import assert_one_line


@pytest.fixture(scope="module")
def saved_model(tmp_path_factory):
    environment = dqn.GymnasiumEnvironment("CartPole-v1")
    model = dqn.q_network(environment.observation_spec(), 2, (8,), seed=0)
    policy = dqn.ServingPolicy(model, environment)
    folder = tmp_path_factory.mktemp("models") / "pole"
    export(policy.module, policy.endpoints, folder, {"family": "dqn"})
    return folder, model


def test_file_has_the_policy(app, saved_model, tmp_path):
    folder, model = saved_model
    path = tmp_path / "new" / "pole.tflite"
    code, result, err = app(convert.main, f"--saved_model={folder}", f"--output={path}")
    assert code == 0, err
    assert result["largest_difference"] < 1e-5
    observation = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    runner = tf.lite.Interpreter(result["path"]).get_signature_runner()
    found = runner(observation=observation)
    expected = model.predict_on_batch(observation)
    np.testing.assert_allclose(found["q_values"], expected, atol=1e-5)
    np.testing.assert_array_equal(found["action"], expected.argmax(axis=1))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["--output", ".tflite"]),
        (["--output=pole.pb"], ["--output=pole.pb", ".tflite"]),
        (["--output=x.tflite", "--saved_model=/no/such"], ["/no/such"]),
        (["--output=x.tflite", "--signature=play"], ["--signature=play"]),
    ],
)
def test_mistakes_are_one_line(app, saved_model, arguments, words):
    code, _, err = app(convert.main, f"--saved_model={saved_model[0]}", *arguments)
    assert code == 2
    assert_one_line(err, *words)
