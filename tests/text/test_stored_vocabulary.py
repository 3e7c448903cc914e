import pytest

from kerazoo.text import VocabularyConfig
from kerazoo.text import digest
from kerazoo.text.stored_vocabulary import CONFIG_FILE
from kerazoo.text.stored_vocabulary import SUBWORDS_FILE
from kerazoo.text.stored_vocabulary import read_vocabulary
from kerazoo.text.stored_vocabulary import vocabulary_files

LINES = ["The cat sat on the mat", "a hat", "ß"]
CONFIGS = {
    "characters": VocabularyConfig("characters"),
    "bpe": VocabularyConfig(None, 290, split_digits=False, lower_case=True),
    "words": VocabularyConfig("words", 8),
}


def write(folder, kind):
    tokenizer = CONFIGS[kind].make(LINES)
    for name, content in vocabulary_files(tokenizer, CONFIGS[kind]).items():
        (folder / name).write_bytes(content)
    return tokenizer


@pytest.mark.parametrize("kind", CONFIGS)
def test_a_vocabulary_that_is_read_is_the_same(kind, tmp_path):
    tokenizer = write(tmp_path, kind)
    again, config = read_vocabulary(tmp_path)
    assert digest(again) == digest(tokenizer) and config.vocabulary == kind
    assert config.lower_case == CONFIGS[kind].lower_case
    assert config.split_digits == CONFIGS[kind].split_digits


def test_what_is_wrong_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="has no vocabulary"):
        read_vocabulary(tmp_path)
    write(tmp_path, "bpe")
    (tmp_path / SUBWORDS_FILE).write_bytes(b"no model")
    with pytest.raises(ValueError, match="vocabulary.model is damaged"):
        read_vocabulary(tmp_path)
    (tmp_path / SUBWORDS_FILE).unlink()
    with pytest.raises(ValueError, match="is damaged .*vocabulary.model"):
        read_vocabulary(tmp_path)
    for content in ("{}", "{", '{"characters": "aa"}', '{"characters": null, "a": 1}'):
        (tmp_path / CONFIG_FILE).write_text(content)
        with pytest.raises(ValueError, match="is damaged"):
            read_vocabulary(tmp_path)
