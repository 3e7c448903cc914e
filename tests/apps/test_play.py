import imageio.v3 as imageio
import numpy as np
import pytest

from apps import play
from kerazoo.models import dqn
from kerazoo.serving import exporting
from tests.apps.conftest import assert_one_line


@pytest.fixture(scope="module")
def saved_model(tmp_path_factory):
    environment = dqn.GymnasiumEnvironment("CartPole-v1")
    model = dqn.q_network(environment.observation_spec(), 2, (), seed=0)
    # Push to the side to which the pole falls: keeps it up for a while.
    kernel = np.zeros((4, 2))
    kernel[2:, 1] = 1.0
    model.layers[-1].kernel.assign(kernel)
    policy = dqn.ServingPolicy(model, environment)
    folder = tmp_path_factory.mktemp("models") / "pole"
    metadata = {"family": "dqn", "env": "CartPole-v1", "env_kwargs": {}}
    exporting.export(policy.module, policy.endpoints, folder, metadata)
    return folder


def test_returns_are_those_of_the_policy(app, saved_model):
    code, result, err = app(play.main, f"--saved_model={saved_model}", "--episodes=3")
    assert code == 0, err
    environment = dqn.GymnasiumEnvironment("CartPole-v1", num_envs=3)

    def push(observation):
        return np.stack([0 * observation[:, 2], observation[:, 2:].sum(axis=1)], 1)

    expected = dqn.evaluate(push, environment, [0, 1, 2])
    assert result["returns"] == expected.tolist()
    assert result["mean_return"] == pytest.approx(expected.mean())
    assert expected.mean() > 100


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["mp4", pytest.param("gif", marks=pytest.mark.slow)])
def test_video_shows_the_pole(app, saved_model, tmp_path, ending):
    path = tmp_path / "new" / f"pole.{ending}"
    code, result, err = app(
        play.main,
        *(f"--saved_model={saved_model}/1", "--episodes=1", f"--video={path}"),
    )
    assert code == 0, err
    assert result["video"] == str(path)
    frame = imageio.imread(path, index=0)[..., :3].astype(int)
    brown = np.abs(frame - [202, 152, 101]).max(axis=-1) < 20
    rows, columns = np.nonzero(brown)
    assert len(rows) > 500  # A pole of about 10 x 120 pixels, upright in the middle.
    assert np.ptp(rows) > 3 * np.ptp(columns)
    assert abs(columns.mean() - frame.shape[1] / 2) < 30


def test_a_model_of_nearly_that_name_is_named(app, saved_model):
    code, _, err = app(play.main, f"--saved_model={saved_model}s")
    assert code == 2
    assert_one_line(err, f"{saved_model}s holds no", f"Did you mean {saved_model}?")


def test_a_damaged_model_beside_it_is_no_matter(app, tmp_path):
    damaged = tmp_path / "poles" / "1" / "assets.extra" / "kerazoo.json"
    damaged.parent.mkdir(parents=True)
    damaged.write_text("{")
    for folder in (tmp_path, tmp_path / "none"):
        code, _, err = app(play.main, f"--saved_model={folder}/pole")
        assert code == 2
        assert_one_line(err, f"{folder}/pole holds no exported version")
        assert "Did you mean" not in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--saved_model=/no/such"], ["/no/such", "apps.train_dqn"]),
        (["--video=pole.avi"], ["--video=pole.avi", ".gif or .mp4"]),
        (["--episodes=0"], ["episodes"]),
        (["--epsilon=0.5"], ["--epsilon goes with --log_transitions"]),
        (["--log_transitions=setup.cfg"], ["--log_transitions=setup.cfg", "a file"]),
    ],
)
def test_wrong_input_is_one_line(app, saved_model, arguments, words):
    code, _, err = app(play.main, f"--saved_model={saved_model}", *arguments)
    assert code == 2
    assert_one_line(err, *words)
