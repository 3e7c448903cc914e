import gzip

import pytest

from kerazoo.data.text.parallel_text import ParallelText
from kerazoo.data.text.parallel_text_files import parallel_files


def write(folder, **files):
    """Writes text to files; `train_de` is the name of train.de."""
    for name, content in files.items():
        content = content if isinstance(content, bytes) else content.encode()
        (folder / name.replace("_", ".")).write_bytes(content)


def lines(prefix, count):
    return "".join(f"{prefix} {i}\n" for i in range(count))


def error_of(folder, kind=ValueError, source="de", target="en"):
    with pytest.raises(kind) as raised:
        parallel_files(folder, source, target)
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize("validation", ["valid", "val", "validation", "dev"])
def test_all_parts(tmp_path, validation):
    write(
        tmp_path, train_de="Grüße\r\nzwei\r\n", train_en=b"\xef\xbb\xbfgreetings\ntwo"
    )
    write(tmp_path, **{f"{validation}_de": "drei\n", f"{validation}_en": "three\n"})
    write(tmp_path, test_2017_de="x", test_2017_en="y")
    write(tmp_path, test_2016_de_gz=gzip.compress(b"vier\n"), test_2016_en="four")
    text = parallel_files(str(tmp_path), "de", "en")
    assert text == ParallelText(
        tmp_path.name,
        train=(["Grüße", "zwei"], ["greetings", "two"]),
        validation=(["drei"], ["three"]),
        test=(["vier"], ["four"]),
    )
    assert parallel_files(tmp_path, "en", "de").test == (["four"], ["vier"])


def test_only_line_feeds_end_lines(tmp_path):
    write(tmp_path, train_de="a\u2028b\x0bc\x85d\n" * 20, train_en="e\n" * 20)
    assert parallel_files(tmp_path, "de", "en").train[0][0] == "a\u2028b\x0bc\x85d"


def test_validation_is_held_out(tmp_path):
    write(tmp_path, train_de=lines("de", 40), train_en=lines("en", 40))
    text = parallel_files(tmp_path, "de", "en")
    assert text.test is None
    assert [len(text.train[0]), len(text.validation[0])] == [36, 4]
    sources = text.train[0] + text.validation[0]
    assert sorted(sources) == sorted(lines("de", 40).splitlines())
    for part in (text.train, text.validation):
        assert [source.replace("de", "en") for source in part[0]] == part[1]
    assert parallel_files(tmp_path, "de", "en") == text


def test_test_of_both_languages_is_found(tmp_path):
    write(tmp_path, train_de=lines("de", 20), train_en=lines("en", 20))
    write(tmp_path, test_2015_de="a", test_2015_fr="b")
    message = error_of(tmp_path, FileNotFoundError)
    assert message.startswith("Expected test.2015.en or test.2015.en.gz beside")
    write(tmp_path, test_2016_de="c", test_2016_en="d")
    assert parallel_files(tmp_path, "de", "en").test == (["c"], ["d"])


def test_blank_lines_are_left_out_with_their_pairs(tmp_path):
    write(tmp_path, train_de="a\n \nc\nd\n", train_en="A\nB\n\nD\n")
    write(tmp_path, dev_de="a", dev_en="A")
    with pytest.warns(UserWarning) as found:
        text = parallel_files(tmp_path, "de", "en")
    assert text.train == (["a", "d"], ["A", "D"])
    (message,) = [str(warning.message) for warning in found]
    assert message.startswith("Left out 2 of 4 pairs with a blank line in")
    assert str(tmp_path / "train.de") in message


def test_different_numbers_of_lines(tmp_path):
    write(tmp_path, train_de=lines("de", 3), train_en=lines("en", 5))
    message = error_of(tmp_path)
    assert f"3 lines in {tmp_path / 'train.de'}" in message
    assert f"5 in {tmp_path / 'train.en'}" in message


def test_missing_files(tmp_path):
    message = error_of(tmp_path, FileNotFoundError)
    assert message == (
        "Expected train.de[.gz] and train.en[.gz], or train.tsv, in the folder. "
        f"Received: {tmp_path} with nothing in it"
    )
    write(tmp_path, train_fr="a", train_it="a")
    message = error_of(tmp_path, FileNotFoundError)
    assert "It has train files of fr, it: give two of these as `source_lang" in message
    write(tmp_path, train_de="a")
    message = error_of(tmp_path, FileNotFoundError)
    assert message.startswith("Expected train.en or train.en.gz beside")
    message = error_of(tmp_path / "no", FileNotFoundError)
    assert message == f"Expected a file or folder of texts. Received: {tmp_path / 'no'}"
    message = error_of(tmp_path, target="de")
    assert message.endswith("Received: source_language=de, target_language=de")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "train.de: expected text. Received: an empty file"),
        (b"\n \n", "train.de: expected text. Received: an empty file"),
        (b"a\nb\0c\n", "train.de, line 2: expected text in UTF-8. Received: a byte"),
        (b"a\nb\nc \xff\n", "train.de, line 3: expected text in UTF-8. Save it as"),
        (b"a\nb\nc \xff\n", "as with iconv -f WINDOWS-1252 -t UTF-8. Received: b'"),
        ("a\n".encode("utf-16-le"), "train.de, line 1: expected text in UTF-8"),
    ],
)
def test_files_that_are_no_text(tmp_path, content, message):
    write(tmp_path, train_de=content, train_en="a\nb\n")
    assert message in error_of(tmp_path)


@pytest.mark.parametrize(
    "content", [b"text", gzip.compress(b"text" * 99)[:20]], ids=["plain", "cut"]
)
def test_files_that_are_no_gzip(tmp_path, content):
    write(tmp_path, train_de_gz=content, train_en="a\n")
    assert "train.de.gz: expected gzip. Received: " in error_of(tmp_path)


def test_no_pair_is_left(tmp_path):
    write(tmp_path, train_de="a\n\n", train_en="\nb\n")
    assert "Expected a pair of texts that are not blank" in error_of(tmp_path)
    write(tmp_path, train_de="a\n", train_en="b\n")
    assert "expected two pairs or more, of which some are for" in error_of(tmp_path)


def test_one_table(tmp_path, caplog):
    caplog.set_level("INFO", "kerazoo")
    rows = "".join(f"one dog {i}\tein Hund {i}\n" for i in range(60))
    (tmp_path / "dogs.tsv").write_text(f"English\tGerman\n{rows}")
    text = parallel_files(tmp_path / "dogs.tsv", "de", "en")
    assert text.name == "dogs"
    parts = (text.train, text.validation, text.test)
    assert [len(part[0]) for part in parts] == [49, 5, 6]
    targets = [*text.train[1], *text.validation[1], *text.test[1]]
    assert sorted(targets) == sorted(f"one dog {i}" for i in range(60))
    for sources, targets in parts:
        assert [s.replace("ein Hund", "one dog") for s in sources] == targets
    assert parallel_files(tmp_path, "de", "en").train == text.train
    assert caplog.messages[0] == (
        f"{tmp_path / 'dogs.tsv'}: a header, from column 2 'German' to column 1 "
        "'English'; 60 pairs"
    )


def test_tables_of_a_folder(tmp_path):
    write(
        tmp_path,
        train_csv="a;A\nb;B\n ;C\n",
        dev_csv="c;C\n",
        test_tsv="de\ten\nd\tD\n",
    )
    with pytest.warns(
        UserWarning, match="Left out 1 of 3 pairs with a blank line in .*tr"
    ):
        text = parallel_files(tmp_path, "de", "en")
    assert text.train == (["a", "b"], ["A", "B"])
    assert text.validation == (["c"], ["C"]) and text.test == (["d"], ["D"])


@pytest.mark.parametrize(
    "first", [("German", "English"), ("de", "en"), ("de_DE", "En")]
)
def test_header_of_lines_is_noticed(tmp_path, first):
    for language, line in zip(("de", "en"), first):
        (tmp_path / f"train.{language}").write_text(f"{line}\n{lines('x', 20)}")
    with pytest.warns(
        UserWarning, match="look like a header. They are taken as a pair"
    ):
        assert len(parallel_files(tmp_path, "de", "en").train[0]) == 19


def test_multi30k(real_data):
    text = parallel_files(real_data("text/multi30k"), "de", "en")
    assert text.name == "multi30k"
    counts = [len(part[0]) for part in (text.train, text.validation, text.test)]
    assert counts == [29_000, 1_014, 1_000]
    assert text.train[0][1] == (
        "Mehrere Männer mit Schutzhelmen bedienen ein Antriebsradsystem."
    )
    assert text.train[1][1] == (
        "Several men in hard hats are operating a giant pulley system."
    )
    bpe = parallel_files(real_data("text/multi30k_bpe"), "de", "en")
    assert bpe.test[1][0] == "a man in an orange hat starring at something ."
