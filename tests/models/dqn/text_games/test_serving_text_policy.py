import numpy as np
import pytest
import tensorflow as tf

from kerazoo.models.dqn.text_games import RelevanceNetwork
from kerazoo.models.dqn.text_games import ServingTextPolicy
from kerazoo.models.dqn.text_games import TextHouse
from kerazoo.models.dqn.text_games import exported_choice
from kerazoo.models.dqn.text_games import make_text_environment
from kerazoo.models.dqn.text_games import play_text_episode
from kerazoo.serving import check
from kerazoo.serving import exporting
from kerazoo.serving.limits import Limits
from kerazoo.text import WordTokenizer

TOKENIZER = WordTokenizer(TextHouse.words)
LEAST = np.finfo(np.float32).min


@pytest.fixture(scope="module")
def network():
    network = RelevanceNetwork(TOKENIZER.vocabulary_size, 16, (16,), interaction="mlp")
    network.build()
    return network


@pytest.fixture(scope="module")
def serving(network):
    limits = Limits(max_examples=5, max_text_bytes=1_000)
    return ServingTextPolicy(network, TOKENIZER, 96, 8, limits)


@pytest.fixture(scope="module")
def choose(serving):
    return serving.endpoints["serving_default"]


def asked(choose, state, commands):
    found = choose(state=tf.constant(state), commands=tf.constant(commands))
    return {name: value.numpy() for name, value in found.items()}


def episode_texts(count):
    """Texts of houses, and their commands, padded."""
    game, texts, offered = TextHouse(), [], []
    for seed in range(count):
        text, info = game.reset(seed=seed)
        texts.append(text)
        offered.append(info["commands"])
    width = max(map(len, offered)) + 1
    return texts, [[*some, *[""] * (width - len(some))] for some in offered]


def test_answers_are_those_of_the_tokens_of_training(network, choose):
    environment = make_text_environment(TextHouse, TOKENIZER, num_envs=4, seed=0)
    step = environment.reset()
    mask = step.observation["action_mask"]
    expected = np.array(network(step.observation["observation"]))
    texts, commands = episode_texts(4)
    found = asked(choose, texts, commands)
    width = len(commands[0])
    q_values = np.where(mask, expected, LEAST)
    np.testing.assert_allclose(found["q_values"], q_values[:, :width], atol=1e-5)
    assert found["best"].tolist() == q_values.argmax(axis=1).tolist()
    best = [some[i] for some, i in zip(commands, found["best"])]
    assert [command.decode() for command in found["command"]] == best
    assert not found["is_truncated"].any() and not found["is_unknown"].any()


def test_server_without_python_answers_the_same(serving, choose, tmp_path):
    path = exporting.export(serving.module, serving.endpoints, tmp_path)
    texts, commands = episode_texts(3)
    expected = asked(choose, texts, commands)
    request = {"state": np.array(texts, object), "commands": np.array(commands, object)}
    found = check.run_without_python(str(path), request)
    np.testing.assert_allclose(found["q_values"], expected["q_values"], atol=1e-6)
    for name in ("best", "command", "is_truncated", "is_unknown"):
        np.testing.assert_array_equal(found[name], expected[name])


def test_example_fits_the_signature(serving, choose):
    (example,) = serving.example().values()
    assert asked(choose, **example)["best"].tolist() == [0]


def test_empty_and_odd_places(choose):
    none = asked(choose, np.array([], object), np.zeros((0, 3), object).astype(str))
    assert none["best"].shape == (0,) and none["q_values"].shape == (0, 3)
    found = asked(choose, ["", "\t"], [["", "go north"], ["take apple", " "]])
    assert found["best"].tolist() == [1, 0]
    assert (found["q_values"] == LEAST).tolist() == [[True, False], [False, True]]


def test_what_was_not_read_is_told(choose):
    long = " ".join(["north"] * 97)
    found = asked(
        choose,
        ["you are in the hall .", "north", long, long[6:], "north"],
        [["go north"], ["go up"], ["go north"], ["go north"], [" ".join(["go"] * 9)]],
    )
    assert found["is_unknown"].tolist() == [True, True, False, False, False]
    assert found["is_truncated"].tolist() == [False, False, True, False, True]


@pytest.mark.parametrize(
    "state, commands, words",
    [
        (6 * ["a"], 6 * [["go"]], "`state` must have at most 5 rows. Received: 6"),
        (["a"], 2 * [["go"]], "`commands` must have as many rows as `state`"),
        (["a"], [129 * ["go"]], "`commands` must have from 1 to 128 columns"),
        (
            ["a", "b"],
            [["go"], [" "]],
            "`commands` must offer one in each row, not none",
        ),
        ([1_001 * "a"], [["go"]], "`state` must have at most 1000 bytes"),
        (["a"], [["go", 1_001 * "a"]], "`commands` must have at most 1000 bytes"),
    ],
)
def test_wrong_requests_are_errors(choose, state, commands, words):
    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        asked(choose, state, commands)


def test_request_without_columns_is_an_error(choose):
    with pytest.raises(tf.errors.InvalidArgumentError, match="from 1 to 128 columns"):
        asked(choose, ["a"], np.zeros((1, 0), "S1"))


def test_rows_are_answered_alone(choose):
    texts, commands = episode_texts(5)
    found = asked(choose, texts, commands)
    for row in range(5):
        alone = asked(choose, texts[row : row + 1], commands[row : row + 1])
        for name, value in alone.items():
            together = found[name][row : row + 1]
            if name == "q_values":
                np.testing.assert_allclose(value, together, rtol=1e-5, atol=1e-6)
            else:
                np.testing.assert_array_equal(value, together)


def test_exported_policy_plays(choose):
    game = TextHouse(max_steps=5)
    shown = []
    played = play_text_episode(exported_choice(choose), game, 0, shown.append)
    assert played.steps == 5 and 0 <= played.score < 1
    assert len(shown) == 11 and shown[1].startswith("> ")
