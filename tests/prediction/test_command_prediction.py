import json

import pytest

from kerazoo.models.dqn import text_games
from kerazoo.prediction import predict
from kerazoo.prediction.command_predictor import CommandPredictor
from kerazoo.prediction.situation_inputs import read_situations
from kerazoo.serving.exporting import export
from kerazoo.serving.signatures import load_signatures
from kerazoo.text import WordTokenizer
from tests.prediction.exports import read_csv
from tests.prediction.exports import read_json_lines

WRONG = {  # Line and what is said of it.
    "": "a blank line",
    "{": "no JSON",
    "[1]": "no object of state and commands",
    '{"state": 1, "commands": ["go"]}': "a state that is no text",
    '{"state": "a", "commands": []}': "commands that are no list of texts",
    '{"state": "a", "commands": ["go", ""]}': "commands that are no list of texts",
    json.dumps({"state": "a", "commands": 129 * ["go"]}): "",  # Not of the reader.
}


@pytest.fixture(scope="module")
def version(tmp_path_factory):
    tokenizer = WordTokenizer(text_games.TextHouse.words)
    network = text_games.RelevanceNetwork(tokenizer.vocabulary_size, 8, (8,), "bag")
    network.build()
    serving = text_games.ServingTextPolicy(network, tokenizer)
    metadata = {"family": "dqn", "task": "text_game"}
    folder = tmp_path_factory.mktemp("models") / "house"
    return export(serving.module, serving.endpoints, folder, metadata)


@pytest.fixture
def situations(tmp_path):
    """A file, and what its good rows ask."""
    game = text_games.TextHouse()
    asked = []
    for seed in range(3):
        text, info = game.reset(seed=seed)
        asked.append((text, info["commands"]))
    lines = [json.dumps({"state": text, "commands": c}) for text, c in asked]
    path = tmp_path / "situations.jsonl"
    path.write_text("\n".join([*lines, *WRONG]) + "\n")
    return path, asked


def test_commands_are_those_of_the_export(version, situations, tmp_path):
    path, asked = situations
    choose = text_games.exported_choice(load_signatures(version)["serving_default"])
    expected = [choose(text, commands) for text, commands in asked]
    with pytest.warns(UserWarning, match="7 of 10 situations have no answer"):
        report = predict(version, path, tmp_path / "answers.csv")
    assert (report["rows"], report["failed"]) == (10, 7)
    rows = read_csv(tmp_path / "answers.csv")
    assert [row["command"] for row in rows] == expected + 7 * [""]
    assert [row["state"] for row in rows[:3]] == [text for text, _ in asked]
    with pytest.warns(UserWarning):
        predict(version, path, tmp_path / "answers.jsonl")
    for found, (_, commands), row in zip(
        read_json_lines(tmp_path / "answers.jsonl"), asked, rows
    ):
        assert list(found["q_values"]) == commands
        best = max(found["q_values"], key=found["q_values"].get)
        assert found["command"] == best
        assert float(row["q_value"]) == found["q_values"][best]


def test_problems_are_said(situations):
    rows = list(read_situations(situations[0]).rows)
    assert [row.problem for row in rows[:3]] == 3 * [None]
    for row, words in zip(rows[3:], WRONG.values(), strict=True):
        assert words in (row.problem or ""), row


def test_too_many_commands_are_refused(version):
    with pytest.raises(ValueError, match="at most 128 commands. Received: 129"):
        CommandPredictor(version).prepare(("a", 129 * ["go"]))
