import dataclasses
import gzip
import io
import json
import pathlib
import shutil
import sys
import types

import numpy as np
import pytest
import tensorflow as tf

from kerazoo.data.text import LabelledText
from kerazoo.data.text import PlainText
from kerazoo.models.transformer import NetworkConfig
from kerazoo.prediction import Columns
from kerazoo.prediction import load_predictor
from kerazoo.prediction import open_inputs
from kerazoo.prediction import predict
from kerazoo.prediction.prediction import write_answers
from kerazoo.serving.exported import read_metadata
from kerazoo.tasks.transformer import LanguageModeling
from kerazoo.tasks.transformer import TextClassification
from kerazoo.text import VocabularyConfig
from tests.prediction.exports import export_untrained
from tests.prediction.exports import numbers
from tests.prediction.exports import read_csv
from tests.prediction.exports import read_json_lines

FILES = pathlib.Path(__file__).parents[1] / "compatibility"
SMALL = NetworkConfig(hidden_size=8, num_layers=1, num_heads=2)
WORDS = [f"{word} {i}" for i in range(20) for word in ("one", "two", "three")]
LABELS = np.array([0, 1, 2] * 20, np.int32)
NAMES = ["one", "two", "three"]
# Of many lengths, so that they are asked about in another order.
TEXTS = [" ".join(WORDS[i : i + 1 + i % 7]) for i in range(40)]


@pytest.fixture(scope="module")
def classifier(tmp_path_factory):
    """A task and its export."""
    texts = LabelledText("numbers", NAMES, (WORDS, LABELS), (WORDS[:9], LABELS[:9]))
    task = TextClassification(
        texts,
        tokens_per_batch=64,
        num_buckets=1,
        max_length=10,
        vocabulary=VocabularyConfig("words", 20),
        network=SMALL,
    )
    path = export_untrained(task, tmp_path_factory.mktemp("models") / "texts")
    return task, path


@pytest.fixture(scope="module")
def answer(classifier):
    """Function of a file of texts and of answers, with the export loaded once."""
    metadata = read_metadata(classifier[1])
    predictor = load_predictor(classifier[1], metadata)

    def answer(path, output, text_column=None):
        inputs = open_inputs(metadata, path, Columns(text_column=text_column))
        return write_answers(inputs, predictor, output)

    return answer


def write(path, *lines):
    path.write_bytes(
        b"".join(
            line if isinstance(line, bytes) else f"{line}\n".encode() for line in lines
        )
    )
    return path


@pytest.mark.slow
def test_probabilities_are_those_of_the_task(classifier, tmp_path):
    task, version = classifier
    output = tmp_path / "answers.csv"
    with pytest.warns(UserWarning, match=r"only the beginning.*max_length.*line"):
        result = predict(
            version, write(tmp_path / "t.txt", *TEXTS), output, batch_size=7
        )
    assert (result["rows"], result["failed"]) == (40, 0)
    rows = read_csv(output)
    assert [row["text"] for row in rows] == TEXTS
    expected = task.classify(TEXTS)
    assert expected.std(axis=0).min() > 1e-3  # Another order would be seen.
    columns = [f"probability_{name}" for name in NAMES]
    np.testing.assert_allclose(numbers(rows, *columns), expected, rtol=1e-5)
    np.testing.assert_allclose(
        numbers(rows, "probability")[:, 0], expected.max(axis=1), rtol=1e-5
    )
    assert [row["label"] for row in rows] == [NAMES[i] for i in expected.argmax(axis=1)]


def test_columns_of_a_table_are_kept_and_names_do_not_clash(classifier, tmp_path):
    task, version = classifier
    table = write(
        tmp_path / "t.csv",
        "id;label;Review Text",
        '1;"a; b";one 1',
        '2;x;"three 2\nthree 3"',
    )
    output = tmp_path / "answers.jsonl"
    predict(version, table, output, top_k=2)
    first, second = read_json_lines(output)
    assert (first["id"], first["label"], first["Review Text"]) == ("1", "a; b", "one 1")
    assert second["Review Text"] == "three 2\nthree 3"
    (expected,) = task.classify(["one 1"])
    best, next_best = np.argsort(-expected)[:2]
    assert first["predicted_label"] == NAMES[best]
    assert [one["label"] for one in first["top_k"]] == [NAMES[best], NAMES[next_best]]
    assert first["top_k"][1]["probability"] == pytest.approx(
        expected[next_best], rel=1e-5
    )
    assert "probabilities" not in first


@pytest.mark.parametrize(
    ("lines", "given", "texts"),
    [
        (["one 1,a", "two 2,b"], "1", ["one 1", "two 2"]),
        (["x,notes", "a,one 1"], "notes", ["one 1"]),
        (["x,notes", "a,one 1"], "2", ["notes", "one 1"]),
        (["text", '"one, 1"', "", "two 2"], None, ["one, 1", "", "two 2"]),
        (["One fine review", "two 2"], None, ["One fine review", "two 2"]),
    ],
)
def test_column_and_header_are_found(answer, tmp_path, lines, given, texts):
    table = write(tmp_path / "t.csv", *lines)
    output = tmp_path / "answers.csv"
    if "" in texts:
        with pytest.warns(UserWarning, match="1 of 3 texts.*line 3: a blank text"):
            answer(table, output, given)
    else:
        answer(table, output, given)
    rows = read_csv(output)
    name = given if given == "notes" else "text"
    assert [row[name] for row in rows] == texts
    assert [bool(row["label"]) for row in rows] == [bool(text) for text in texts]


def test_column_is_that_which_training_was_given(tmp_path):
    trained = {"family": "transformer", "task": "classify", "class_names": NAMES}
    trained["text_column"] = "Said"
    table = write(tmp_path / "t.csv", "Ref #,said,notes", "1,one 1,two")
    assert [row.item for row in open_inputs(trained, table).rows] == [b"one 1"]
    given = Columns(text_column="notes")
    assert [row.item for row in open_inputs(trained, table, given).rows] == [b"two"]
    table = write(tmp_path / "u.csv", "review,stars", "two 2,1")
    assert [row.item for row in open_inputs(trained, table).rows] == [b"two 2"]
    trained = {**trained, "text_column": None, "label_column": "mood"}
    table = write(tmp_path / "v.csv", "mood,stuff", "one,one 1")
    assert [row.item for row in open_inputs(trained, table).rows] == [b"one 1"]


def test_columns_of_training_are_noted(tmp_path, classifier):
    task = dataclasses.replace(classifier[0], text_column="said", label_column=2)
    task.texts = classifier[0].texts
    noted = task.metadata()
    assert (noted["text_column"], noted["label_column"]) == ("said", 2)


def test_blank_lines_and_bytes_that_are_no_utf8_have_empty_answers(answer, tmp_path):
    text = write(tmp_path / "t.txt", "one 1", "  ", b"caf\xe9\n", "two 2")
    output = tmp_path / "answers.csv"
    with pytest.warns(UserWarning, match="2 of 4 texts.*line 2: a blank text"):
        result = answer(text, output)
    assert result["failed"] == 2
    rows = read_csv(output)
    assert [row["text"] for row in rows] == ["one 1", "  ", "caf?", "two 2"]
    assert [bool(row["label"]) for row in rows] == [True, False, False, True]
    assert rows[1]["probability"] == rows[1]["probability_one"] == ""


def test_texts_of_a_folder_are_one_each(classifier, answer, tmp_path):
    task, _ = classifier
    (tmp_path / "films" / "more").mkdir(parents=True)
    write(tmp_path / "films" / "a.txt", "one 1", "two 2")
    write(tmp_path / "films" / "b.txt", " ")
    write(tmp_path / "films" / "more" / "c.txt", "three 3")
    write(tmp_path / "films" / "notes.md", "none")
    with pytest.warns(UserWarning, match=r"1 of 3 texts.*b\.txt: a blank text"):
        answer(tmp_path / "films", tmp_path / "answers.csv")
    rows = read_csv(tmp_path / "answers.csv")
    names = ["a.txt", "b.txt", "more/c.txt"]
    assert [row["file"] for row in rows] == [f"{tmp_path}/films/{n}" for n in names]
    expected = task.classify(["one 1\ntwo 2", "three 3"])
    columns = [f"probability_{name}" for name in NAMES]
    np.testing.assert_allclose(numbers(rows[::2], *columns), expected, rtol=1e-5)


def test_a_table_of_training_needs_no_names(answer, tmp_path):
    """Texts and labels without a header, as in training."""
    table = write(tmp_path / "t.tsv", "one 1\tone", "two, 2\tthree")
    answer(table, tmp_path / "answers.csv")
    rows = read_csv(tmp_path / "answers.csv")
    assert [row["text"] for row in rows] == ["one 1", "two, 2"]
    assert [row["column_2"] for row in rows] == ["one", "three"]


def test_nothing_is_written_where_nothing_can_be_answered(answer, tmp_path):
    text = write(tmp_path / "t.csv", "id,text", "1,", "2, ")
    output = tmp_path / "answers.csv"
    with pytest.raises(ValueError, match="None of the 2 texts.*line 2: a blank"):
        answer(text, output)
    assert not output.exists()


def test_files_are_not_overwritten_silently(classifier, tmp_path):
    text = write(tmp_path / "t.csv", "text", "one 1")
    output = write(tmp_path / "answers.csv", "mine")
    with pytest.raises(FileExistsError, match=r"`output`.*`overwrite`.*answers\.csv"):
        predict(classifier[1], text, output)
    assert output.read_text() == "mine\n"
    predict(classifier[1], text, output, overwrite=True)
    assert read_csv(output)[0]["text"] == "one 1"
    with pytest.raises(FileExistsError, match="another file than `input`"):
        predict(classifier[1], text, text, overwrite=True)


def test_standard_input_and_output(classifier, monkeypatch, capsys):
    stdin = types.SimpleNamespace(buffer=io.BytesIO("one 1\r\nzwölf\r\n".encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    predict(classifier[1], "-", top_k=1)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "text,label,probability"
    assert lines[1].startswith("one 1,") and lines[2].startswith("zwölf,")


@pytest.mark.parametrize(
    ("name", "lines", "column", "words"),
    [
        ("t.csv", ["a,b,c", "1,2,3"], None, ["`text_column`", "t.csv", "'b'"]),
        ("t.csv", ["a,text", "1,2,3"], None, ["line 2", "2 cells", "quotes"]),
        ("t.csv", ["a,text", "1,2"], "c", ["text_column=c", "'a', 'text'"]),
        ("t.csv", ["a,text", "1,2"], "3", ["text_column=3"]),
        ("t.csv", ["text"], None, ["only a header"]),
        ("t.txt", ["one"], "a", ["text_column=a", ".csv"]),
        ("t.txt", [""], None, ["empty file"]),
        ("t.txt", [b"\x89PNG\0"], None, ["line 1", "byte of 0"]),
        ("t.csv", ["a,text", '1,"2'], None, ["line 2", "CSV"]),
    ],
)
def test_mistakes_name_file_line_and_argument(
    classifier, tmp_path, name, lines, column, words
):
    path = write(tmp_path / name, *lines)
    metadata = read_metadata(classifier[1])
    with pytest.raises(ValueError) as error:
        open_inputs(metadata, path, Columns(text_column=column))
    for word in words:
        assert word in str(error.value)


@pytest.mark.slow
def test_translations_are_those_that_the_export_gave_before(tmp_path):
    folder = FILES / "transformer"
    version = tmp_path / "model"
    shutil.copytree(folder / "model" / "1", version)
    packed = (version / "saved_model.pb.gz").read_bytes()
    (version / "saved_model.pb").write_bytes(gzip.decompress(packed))
    requests = json.loads((folder / "requests.json").read_text())
    lines = requests["translate"]["inputs"]["text"]
    kept = [i for i, line in enumerate(lines) if line]
    text = write(tmp_path / "t.txt", *(lines[i] for i in kept))
    with pytest.warns(UserWarning, match="only the beginning"):
        predict(version, text, tmp_path / "one.csv", batch_size=2)
        predict(version, text, tmp_path / "two.jsonl", top_k=2)
    one = read_csv(tmp_path / "one.csv")
    expected = requests["translate"]["outputs"]["translation"]
    assert [row["translation"] for row in one] == [expected[i] for i in kept]
    for row, alone, n_best in zip(
        read_json_lines(tmp_path / "two.jsonl"),
        one,
        [requests["n_best"]["outputs"]["translation"][i] for i in kept],
        strict=True,
    ):
        assert [best["translation"] for best in row["top_k"]] == n_best[:2]
        assert row["translation"] == n_best[0]
        assert row["score"] == pytest.approx(float(alone["score"]), rel=1e-4)
    with pytest.raises(ValueError, match="from 1 to 4.*beams.*top_k=5"):
        predict(version, text, top_k=5)


def test_texts_are_scored_as_the_network_does(tmp_path):
    task = LanguageModeling(
        PlainText.of("hamlet", "to be or not to be\n" * 50),
        block_size=16,
        batch_size=4,
        network=SMALL,
    )
    version = export_untrained(task, tmp_path / "model", "score")
    text = write(tmp_path / "t.txt", "to be", "or not")
    predict(version, text, tmp_path / "scores.csv")
    for row in read_csv(tmp_path / "scores.csv"):
        tokens = task.tokenizer.encode_lists([row["text"]], add_eos=False)[0]
        start = task.tokenizer.encode_lists(["\n"], add_eos=False)[0]
        inputs = np.concatenate([start, tokens[:-1]])[np.newaxis]
        logits = task.model.network(inputs, training=False)[0]
        logs = tf.nn.log_softmax(logits).numpy()
        expected = logs[np.arange(len(tokens)), tokens]
        assert int(row["num_tokens"]) == len(tokens)
        assert float(row["log_probability"]) == pytest.approx(expected.sum(), rel=1e-4)
        perplexity = np.exp(-expected.mean())
        assert float(row["perplexity"]) == pytest.approx(perplexity, rel=1e-4)
    with pytest.raises(ValueError, match="`top_k` is for classes"):
        predict(version, text, top_k=2)
