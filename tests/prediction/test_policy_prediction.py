import gzip
import json
import pathlib
import shutil

import gymnasium
import numpy as np
import pytest

from kerazoo.models.dqn import GymnasiumEnvironment
from kerazoo.models.dqn import ServingPolicy
from kerazoo.models.dqn import q_network
from kerazoo.prediction import predict
from kerazoo.serving.exporting import export
from tests.models.dqn.arm import exported_arm
from tests.prediction.exports import numbers
from tests.prediction.exports import read_csv
from tests.prediction.exports import read_json_lines

FILES = pathlib.Path(__file__).parents[1] / "compatibility" / "dqn"


class Parts(gymnasium.Env):
    """Observations of two parts, which never change."""

    observation_space = gymnasium.spaces.Dict(
        {
            "place": gymnasium.spaces.Discrete(3),
            "speed": gymnasium.spaces.Box(-1, 1, (2,), np.float32),
        }
    )
    action_space = gymnasium.spaces.Discrete(2, start=4)
    still = {"place": 0, "speed": np.zeros(2, "float32")}

    def reset(self, *, seed=None, options=None):
        return self.still, {}

    def step(self, action):
        return self.still, 0.0, False, False, {}


@pytest.fixture(scope="module")
def old_policy(tmp_path_factory):
    """The path of version 0.1's export, its observations and its answers."""
    version = tmp_path_factory.mktemp("models") / "1"
    shutil.copytree(FILES / "model" / "1", version)
    packed = (version / "saved_model.pb.gz").read_bytes()
    (version / "saved_model.pb").write_bytes(gzip.decompress(packed))
    with np.load(FILES / "requests.npz") as file:
        found = dict(file)
    return (
        version,
        found["serving_default/inputs/observation"],
        found["serving_default/outputs/action"],
        found["serving_default/outputs/q_values"],
    )


def check(rows, actions, q_values):
    assert [int(row["action"]) for row in rows] == actions.tolist()
    found = numbers(rows, "q_value_0", "q_value_1")
    np.testing.assert_allclose(found, q_values, rtol=1e-4, atol=1e-5)


def test_tables_and_arrays_are_answered_as_before(old_policy, tmp_path):
    version, observations, *expected = old_policy
    header = ["place", "speed", "angle", "turn"]
    lines = [",".join(map(repr, map(float, row))) for row in observations]
    (tmp_path / "named.csv").write_text("\n".join([",".join(header), *lines]))
    (tmp_path / "bare.csv").write_text("\n".join(lines))
    np.save(tmp_path / "array.npy", observations)
    names = [f"observation_{i}" for i in range(4)]
    for name, columns in (
        ("named.csv", header),
        ("bare.csv", names),
        ("array.npy", ["row"]),
    ):
        output = tmp_path / f"{name}.answers.csv"
        predict(version, tmp_path / name, output)
        rows = read_csv(output)
        assert list(rows[0]) == [*columns, "action", "q_value_0", "q_value_1"]
        check(rows, *expected)


def test_json_lines_and_what_is_wrong_with_them(old_policy, tmp_path):
    version, observations, actions, q_values = old_policy
    lines = [json.dumps(row.tolist()) for row in observations]
    lines[1] = "[1, 2, 3]"
    lines[2] = json.dumps({"observation": observations[2].tolist()})
    lines += ["[1, 2, 3, NaN]", "no", '{"seen": [1, 2, 3, 4]}']
    (tmp_path / "seen.jsonl").write_text("\n".join(lines))
    with pytest.warns(UserWarning, match="4 of .*line 2: observation: expected 4"):
        predict(version, tmp_path / "seen.jsonl", tmp_path / "answers.jsonl")
    rows = read_json_lines(tmp_path / "answers.jsonl")
    assert rows[0]["observation"] == observations[0].tolist()
    for i in (0, 2):
        assert rows[i]["action"] == actions[i]
        np.testing.assert_allclose(rows[i]["q_values"], q_values[i], rtol=1e-4)
    assert [i for i, row in enumerate(rows) if "error" in row] == [
        1,
        *range(len(rows) - 3, len(rows)),
    ]


def test_parts_are_taken_by_name_or_one_after_the_other(tmp_path):
    environment = GymnasiumEnvironment(Parts)
    model = q_network(environment.observation_spec(), 2, (), seed=0)
    policy = ServingPolicy(model, environment)
    metadata = {"family": "dqn", "first_action": 4}
    version = export(policy.module, policy.endpoints, tmp_path / "model", metadata)
    (tmp_path / "seen.csv").write_text("place,left,right\n2,0.5,-0.5\n0,0.1,0.9\n")
    objects = [
        {"observation_place": 2, "observation_speed": [0.5, -0.5]},
        {"observation_place": 0, "observation_speed": [0.1, 0.9]},
    ]
    (tmp_path / "seen.jsonl").write_text("\n".join(map(json.dumps, objects)))
    (tmp_path / "half.csv").write_text("0.5,0.5,-0.5\n1,0.5,-0.5\n")
    with pytest.warns(UserWarning, match="1 of 2.*observation_place: expected whole"):
        predict(version, tmp_path / "half.csv", tmp_path / "half.answers.csv")
    predict(version, tmp_path / "seen.csv", tmp_path / "a.csv")
    predict(version, tmp_path / "seen.jsonl", tmp_path / "b.jsonl")
    flat = np.array([[0, 0, 1, 0.5, -0.5], [1, 0, 0, 0.1, 0.9]], "float32")
    expected = model(flat).numpy()
    rows = read_csv(tmp_path / "a.csv")
    np.testing.assert_allclose(
        numbers(rows, "q_value_4", "q_value_5"), expected, rtol=1e-5
    )
    for row, values, other in zip(
        rows, expected, read_json_lines(tmp_path / "b.jsonl"), strict=True
    ):
        assert int(row["action"]) == other["action"] == 4 + values.argmax()
        np.testing.assert_allclose(other["q_values"], values, rtol=1e-5)


def test_actions_of_joints_have_a_column_each(tmp_path):
    version, model, _ = exported_arm(tmp_path / "arm")
    seen = np.random.default_rng(0).uniform(-1, 1, (4, 2)).astype("float32")
    np.save(tmp_path / "seen.npy", seen)
    predict(version, tmp_path / "seen.npy", tmp_path / "a.csv")
    predict(version, tmp_path / "seen.npy", tmp_path / "b.jsonl")
    expected = model(seen).numpy()
    best = expected.argmax(axis=-1)
    rows = read_csv(tmp_path / "a.csv")
    names = [f"q_value_{joint}_{choice}" for joint in (0, 1) for choice in (0, 1, 2)]
    assert list(rows[0]) == ["row", "action_0", "action_1", *names]
    np.testing.assert_allclose(
        numbers(rows, *names), expected.reshape(4, 6), rtol=1e-4, atol=1e-5
    )
    actions = best * [1, 5] - [1, 0]  # Torques of -1, 0, 1 and of 0, 5, 10.
    np.testing.assert_array_equal(numbers(rows, "action_0", "action_1"), actions)
    for i, row in enumerate(read_json_lines(tmp_path / "b.jsonl")):
        assert row["action"] == actions[i].tolist()
        np.testing.assert_allclose(row["q_values"], expected[i], rtol=1e-4, atol=1e-5)


def test_other_files_are_refused(old_policy, tmp_path):
    for name in ("seen.txt", "seen.npy"):
        (tmp_path / name).write_text("1 2 3 4")
        with pytest.raises(ValueError, match=name):
            predict(old_policy[0], tmp_path / name)
    np.save(tmp_path / "words.npy", np.array(["a"]))
    with pytest.raises(ValueError, match="words.npy: expected numbers"):
        predict(old_policy[0], tmp_path / "words.npy")
