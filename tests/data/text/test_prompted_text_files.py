import json

import pytest

from kerazoo.data.text.prompted_text_files import is_prompted
from kerazoo.data.text.prompted_text_files import prompted_files

PAIRS = [(f"{i} plus one", f"{i + 1}") for i in range(20)]


def write(path, pairs=PAIRS):
    if path.suffix == ".jsonl":
        lines = [json.dumps({"prompt": a, "answer": b, "id": 7}) for a, b in pairs]
    else:
        mark = "\t" if path.suffix == ".tsv" else ","
        lines = [f"id{mark}Prompt{mark}Answer"]
        lines += [f"7{mark}{a}{mark}{b}" for a, b in pairs]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.parametrize("name", ["sums.jsonl", "sums.tsv", "sums.csv"])
def test_one_file(name, tmp_path):
    path = write(tmp_path / name)
    assert is_prompted(path)
    text = prompted_files(path)
    parts = [zip(*part) for part in (text.train, text.validation, text.test)]
    assert sorted(pair for part in parts for pair in part) == sorted(PAIRS)
    assert text.name == "sums" and len(text.test[0]) == 2


def test_folder(tmp_path):
    write(tmp_path / "train.jsonl")
    assert is_prompted(tmp_path)
    assert len(prompted_files(tmp_path).validation[0]) == 2
    write(tmp_path / "dev.tsv", PAIRS[:3])
    write(tmp_path / "test.csv", PAIRS[3:5])
    text = prompted_files(tmp_path)
    assert list(zip(*text.validation)) == PAIRS[:3]
    assert list(zip(*text.test)) == PAIRS[3:5] and len(text.train[0]) == 20


def test_lines_within_texts_stay(tmp_path):
    pair = "say\ntwo lines", "one\ntwo"
    text = prompted_files(write(tmp_path / "two.jsonl", [pair] * 3))
    assert text.train == (["say\ntwo lines"], ["one\ntwo"])


def test_other_texts_are_none(tmp_path):
    (tmp_path / "pairs.tsv").write_text("eins\tone\n")
    (tmp_path / "book.txt").write_text("prompt\tanswer\n")
    assert not any(is_prompted(tmp_path / n) for n in ("pairs.tsv", "book.txt", "no"))
    assert not is_prompted(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", "{}", "line 1: expected an object with prompt and answer"),
        ("a.jsonl", '{"prompt": "a", "answer": 3}', "both text. Received: {"),
        ("a.jsonl", '\n{"prompt": ', "line 2: expected an object of JSON"),
        ("a.jsonl", '{"prompt": "a", "answer": " "}', "not blank. Received: none"),
        ("a.jsonl", '{"prompt": "a", "answer": "b"}', "two pairs or more"),
        ("a.tsv", "eins\tone", "header with prompt and answer. Received: .*'eins'"),
    ],
)
def test_mistakes_name_the_line(name, content, message, tmp_path):
    (tmp_path / name).write_text(f"{content}\n")
    with pytest.raises(ValueError, match=message):
        prompted_files(tmp_path / name)


def test_blank_sides_are_left_out_with_a_warning(tmp_path):
    path = write(tmp_path / "a.jsonl", [*PAIRS, ("a", "")])
    with pytest.warns(UserWarning, match="Left out 1 of 21 pairs"):
        assert "a" not in prompted_files(path).train[0]
