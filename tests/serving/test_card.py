import re

import numpy as np

from kerazoo.serving.card import card_text

METADATA = {
    "family": "gan",
    "class_names": [str(i) for i in range(30)],
    "card": {
        "summary": "Makes digits.",
        "intended_use": "Tests.",
        "limitations": ["Not for checks.", "A long one. " * 20],
        "measured_on": "300 images",
        "licence": "CC BY 4.0",
        "data": "digits | 1,438 images",
        "data_digest": "abc123",
    },
    "run": {
        "title": "gan generate",
        "seed": 3,
        "device": "CPU",
        "command": "python -m apps.train_gan --seed=3",
        "flags": ["--seed=3", "--task=generate"],
    },
    "result": {"fid": 12.5, "modes": 9, "extractor": "lenet", "wall_seconds": 83.2},
    "created": "2026-11-27T12:00:00+00:00",
    "versions": {"kerazoo": "0.2.0"},
    "parameters": 12_345,
    "dtype": "bfloat16",
    "limits": {"max_examples": 1_024},
    "signatures": {
        "sample": {
            "inputs": {"count": {"dtype": "int32", "shape": []}},
            "outputs": {"images": {"dtype": "uint8", "shape": [None, 8, 8, 1]}},
        },
        "other": {"inputs": {"x": {"dtype": "bool", "shape": None}}, "outputs": {}},
    },
}


def test_all_that_is_known_stands_there():
    text = card_text("digits", METADATA, {"sample": {"count": np.array(4, np.int32)}})
    tables = {
        re.sub(r"[`\\]", "", name): value.replace("\\", "")
        for name, value in re.findall(r"^\| (.+?) \| (.+) \|$", text, re.MULTILINE)
    }
    for name, value in {
        "family": "gan",
        "task": "generate",
        "parameters": "12,345",
        "weights": "bfloat16",
        "max_examples": "1,024",
        "fid": "12.5",
        "modes": "9",
        "extractor": "lenet",
        "data": "digits | 1,438 images",
        "digest of the data": "abc123",
        "licence of the data": "CC BY 4.0",
        "seed": "3",
        "time": "83 s",
        "versions": "kerazoo 0.2.0",
    }.items():
        assert tables[name] == value
    assert tables["classes"].endswith("18, 19, ... (30)")
    for words in (
        "# digits\n\nMakes digits.",
        "Measured on 300 images.",
        "- Not for checks.",
        "```bash\npython -m apps.train_gan --seed=3\n```",
        "```text\n--seed=3\n--task=generate\n```",
        "| input | `count` | int32 | scalar |",
        "| output | `images` | uint8 | (any, 8, 8, 1) |",
        "| input | `x` | bool | any |",
    ):
        assert words in text
    assert text.count("curl") == 1 and text.count("import grpc") == 1
    assert text.startswith('---\nlibrary_name: kerazoo\ntags:\n- "gan"\n- "generate"\n')
    prose = [line for line in text.splitlines() if not re.match(r"[|`{]|curl", line)]
    assert max(map(len, prose)) <= 92


def test_what_is_not_known_is_said():
    text = card_text("some", {}, {})
    assert "Nothing was measured" in text and "Nothing is noted about" in text
    assert "| licence of the data | not known |" in text
    assert "None" not in text


def test_settings_of_a_task_stand_for_flags():
    run = {"task": "Line (line)", "settings": {"slope": 2.0}}
    text = card_text("some", {"run": run}, {})
    assert 'settings of Line (line):\n\n```json\n{\n "slope": 2.0\n}\n```' in text
