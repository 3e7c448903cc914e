"""Each task from the library alone: trained, measured, exported, loaded and asked."""

import dataclasses
import json

import numpy as np
import pytest
import tensorflow as tf

import kerazoo
from kerazoo.data.images import ImageDataset
from kerazoo.data.text import LabelledText
from kerazoo.data.text import ParallelText
from kerazoo.data.text import PlainText
from kerazoo.models.transformer import NetworkConfig
from kerazoo.models.transformer import TrainingConfig
from kerazoo.runs import RunError
from kerazoo.serving import load_signatures
from kerazoo.tasks.transformer import ImageClassification
from kerazoo.tasks.transformer import LanguageModeling
from kerazoo.tasks.transformer import TextClassification
from kerazoo.tasks.transformer import Translation
from kerazoo.text import VocabularyConfig
from kerazoo.training import Schedule
from kerazoo.training import strategy as strategies

RANDOM = np.random.default_rng(0)
SMALL = NetworkConfig(hidden_size=8, num_layers=1, num_heads=2, dropout=0.1)
SCHEDULE = Schedule(train_steps=4, eval_every=2, checkpoint_every=2, log_every=2)
WORDS = [f"{word} {i}" for i in range(20) for word in ("one", "two", "three")]
PAIRS = ParallelText("words", (WORDS, WORDS[::-1]), (WORDS[:9], WORDS[-9:]))
TEXT = PlainText.of("hamlet", "to be or not to be\n" * 50)
LABELS = np.array([0, 1, 2] * 20, np.int32)
LABELLED = LabelledText(
    "numbers", ["one", "two", "three"], (WORDS, LABELS), (WORDS[:9], LABELS[:9])
)
PIXELS = RANDOM.integers(0, 256, (40, 4, 6, 1), "uint8")
CLASSES = np.arange(40, dtype=np.int32) % 2
IMAGES = ImageDataset("noise", PIXELS, CLASSES, PIXELS[:8], CLASSES[:8], 2)
TASKS = {
    "translate": lambda **more: Translation(
        PAIRS,
        tokens_per_batch=256,
        num_buckets=1,
        beam_size=2,
        eval_sentences=3,
        **{"vocabulary": VocabularyConfig("characters"), "network": SMALL, **more},
    ),
    "generate": lambda **more: LanguageModeling(
        TEXT, block_size=8, batch_size=4, **{"network": SMALL, **more}
    ),
    "classify": lambda **more: TextClassification(
        LABELLED,
        tokens_per_batch=64,
        num_buckets=1,
        **{"vocabulary": VocabularyConfig("words", 10), "network": SMALL, **more},
    ),
    "image": lambda **more: ImageClassification(
        IMAGES, batch_size=4, shift=1, **{"network": SMALL, **more}
    ),
}
INPUTS = {
    "translate": [np.array([[4, 5, 2]]), np.array([[1, 5, 6]])],
    "generate": np.array([[4, 5, 6, 7]]),
    "classify": np.array([[4, 5, 2, 0]]),
    "image": RANDOM.normal(size=(2, 4, 6, 1)).astype("float32"),
}


def run(task, folder, **more):
    schedule = more.pop("schedule", SCHEDULE)
    strategy = strategies.create("one_device")
    return kerazoo.run(task, folder, schedule, strategy=strategy, **more)


def logged(folder, name):
    lines = map(json.loads, (folder / "metrics.jsonl").read_text().splitlines())
    return [line[name] for line in lines if name in line]


@pytest.mark.parametrize(
    ("kind", "averaging"),
    [
        pytest.param("translate", "snapshots", marks=pytest.mark.slow),
        pytest.param("generate", "none", marks=pytest.mark.slow),
        ("classify", "exponential"),
        pytest.param("image", "exponential", marks=pytest.mark.slow),
    ],
)
def test_run_export_and_file_hold_the_same_model(kind, averaging, tmp_path):
    training = TrainingConfig(averaging=averaging, average_half_life=50)
    task = TASKS[kind](training=training)
    result = run(task, tmp_path / "run", export_dir=tmp_path / "model")
    assert result["train_steps"] == 4 and result["export"] == f"{tmp_path}/model/1"
    outputs = task.model(INPUTS[kind]).numpy()
    assert np.isfinite(outputs).all()
    file = tmp_path / "model.keras"
    kerazoo.load(tmp_path / "run").save(file)
    for path in ("run", "model"):
        loaded = kerazoo.load(tmp_path / path)
        assert type(loaded) is type(task.model) and loaded is not task.model
        np.testing.assert_allclose(loaded(INPUTS[kind]), outputs, atol=1e-6)
    from keras.saving import load_model

    np.testing.assert_allclose(load_model(file)(INPUTS[kind]), outputs, atol=1e-6)
    assert set(task.serving(task.model).endpoints) == (
        set(load_signatures(tmp_path / "model" / "1"))
    )


AVERAGED = TrainingConfig(
    averaging="snapshots", num_snapshots=2, rate_schedule="constant", warm_up_steps=1
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Folder and outcome of a run that did not stop."""
    folder = tmp_path_factory.mktemp("whole")
    return folder, run(TASKS["generate"](training=AVERAGED), folder, seed=3)


@pytest.mark.slow
def test_run_that_went_on_ends_as_one_that_did_not(whole, tmp_path):
    make = TASKS["generate"]
    (whole, expected), parts = whole, tmp_path
    run(
        make(training=AVERAGED),
        parts,
        seed=3,
        schedule=dataclasses.replace(SCHEDULE, train_steps=2),
    )
    task = make(training=AVERAGED)
    found = run(task, parts, seed=3)
    for name in (task.objective, "score", "best_step"):
        assert found[name] == pytest.approx(expected[name], rel=1e-5), name
    assert logged(parts, "loss") == pytest.approx(logged(whole, "loss"), rel=1e-5)
    for folder in (whole, parts):
        kept = sorted(path.name for path in (folder / "snapshots").iterdir())
        assert [int(name) for name in kept] == [2, 4]


@pytest.mark.slow
def test_translations_after_training(tmp_path):
    task = TASKS["translate"]()
    result = run(task, tmp_path)
    assert {"exact_match", "bleu", "chrf", "validation_loss"} <= result.keys()
    assert result["score"] == result["validation_bleu"]
    assert task.objective == "validation_bleu" and result["test_pairs"] == 9
    lines = ["one 3", "", "three 11 two"]
    found = task.translate(lines)
    expected = task.serving(task.model).translate(tf.constant(lines))["translation"]
    assert [line.encode() for line in found] == expected.numpy().tolist()
    assert task.metadata()["dataset"] == "words"


@pytest.mark.slow
def test_loss_chooses_where_nothing_is_translated(tmp_path):
    task = dataclasses.replace(TASKS["translate"](), eval_sentences=0)
    result = run(task, tmp_path)
    assert result["score"] == -result["validation_loss"]
    assert "validation_bleu" not in result and "bleu" in result


@pytest.mark.slow
def test_texts_go_on(tmp_path, capsys):
    task = TASKS["generate"]()
    result = run(task, tmp_path)
    assert result["perplexity"] == pytest.approx(np.exp(result["validation_loss"]))
    samples = task.sample(step=4)["samples"]
    assert len(samples) == 3 and all(isinstance(line, str) for line in samples)
    assert f"  {samples[0]!r}" in capsys.readouterr().err
    subwords = LanguageModeling(
        TEXT,
        block_size=4,
        batch_size=4,
        vocabulary=VocabularyConfig("bpe", 270),
        network=SMALL,
    )
    assert run(subwords, tmp_path / "subwords")["vocabulary_size"] == 270


@pytest.mark.slow
def test_classes_of_texts_are_learnt(tmp_path):
    training = TrainingConfig(learning_rate=0.02, warm_up_steps=5)
    task = TASKS["classify"](training=training)
    schedule = Schedule(train_steps=60, eval_every=20)
    result = run(task, tmp_path, schedule=schedule)
    assert result["test_accuracy"] == 1 and result["classes"] == 3
    probabilities = task.classify(["two 3", "one 99"])
    assert probabilities.argmax(axis=-1).tolist() == [1, 0]
    np.testing.assert_allclose(probabilities.sum(axis=-1), 1, rtol=1e-5)


@pytest.mark.slow
def test_classes_of_images(tmp_path):
    task = TASKS["image"]()
    result = run(task, tmp_path)
    assert (
        result["test_examples"] == 8
        and result["score"] == (result["validation_accuracy"])
    )
    logits = task.classify(PIXELS[:3])
    assert logits.shape == (3, 2)
    served = task.serving(task.model).classify(tf.constant(PIXELS[:3]))
    np.testing.assert_allclose(
        served["probabilities"], tf.nn.softmax(logits), atol=1e-5
    )
    assert task.metadata()["class_names"] == ["0", "1"]


@pytest.mark.slow
def test_two_replicas_share_the_batches(tmp_path):
    strategy = strategies.create("mirrored", num_devices=2)
    task = TASKS["translate"]()
    result = kerazoo.run(task, tmp_path, SCHEDULE, strategy=strategy)
    assert result["train_steps"] == 4


def test_names_are_those_of_the_data(tmp_path):
    assert Translation().name == "dates"
    files = {"data_dir": "texts/books", "source_language": "en"}
    assert Translation(**files).name == "books_en_target"
    assert Translation("wmt16_translate/de-en").name == "wmt16_translate/de-en"
    assert LanguageModeling().name == "python_topics"
    assert LanguageModeling(data_dir="novels/emma.txt.gz").name == "emma"
    for name, languages in (("pairs", ()), ("pairs_2_1", ("2", "1"))):
        (tmp_path / "pairs.tsv").touch()
        assert Translation("files", tmp_path / "pairs.tsv", *languages).name == name
    assert TextClassification(data_dir="texts/trec").name == "trec"
    assert ImageClassification().name == "digits"
    assert [make().name for make in TASKS.values()] == [
        *("words", "hamlet", "numbers", "noise")
    ]


def test_dates_have_settings_of_their_own():
    dates, others = Translation(), Translation("files", "texts")
    assert dates.network.hidden_size == 64 and others.network.hidden_size == 128
    assert dates.max_length == 64 and others.max_length == 128
    assert dates.vocabulary.vocabulary_size is None
    assert Translation(max_length=7).max_length == 7
    settings = json.loads(json.dumps(Translation(PAIRS).settings()))
    assert settings["dataset"] == "words" and "beam_size" not in settings


@pytest.mark.slow
def test_other_data_is_refused(whole):
    task = TASKS["generate"](training=AVERAGED)
    task.dataset = PlainText.of("hamlet", "to be or to be not\n" * 50)
    schedule = dataclasses.replace(SCHEDULE, train_steps=6)
    with pytest.raises(RunError, match="training data has changed"):
        run(task, whole[0], seed=3, schedule=schedule)


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (lambda: Translation(locales=["xx_XX"]), "locale=xx_XX"),
        (lambda: Translation("files", locales=["en"]), "locales=en, dataset=files"),
        (lambda: Translation("files"), "Received: data_dir=None"),
        (lambda: LanguageModeling("file"), "Received: data_dir=None"),
        (lambda: TextClassification(), "Received: data_dir=None"),
        (lambda: LanguageModeling(TEXT, block_size=96), "to validate .*block_size=96"),
        (lambda: LanguageModeling(TEXT, block_size=2), "3 or more .*block_size=2"),
        (
            lambda: dataclasses.replace(TASKS["translate"](), tokens_per_batch=3),
            "training texts .* Received: tokens_per_batch=3, max_length=128",
        ),
        (
            lambda: TASKS["image"](network=NetworkConfig(num_heads=3)),
            "hidden_size=128, num_heads=3",
        ),
        (
            lambda: TASKS["image"](network=NetworkConfig(patch_size=4)),
            "4x6 pixels, and each side must be a multiple of 4 for `patch_size`=4",
        ),
        (
            lambda: dataclasses.replace(TASKS["image"](), shift=4),
            "4 pixels. Received: shift=4",
        ),
        (
            lambda: dataclasses.replace(
                TASKS["image"](),
                dataset=ImageDataset("noise", PIXELS, None, PIXELS[:8], None, 0),
            ),
            "must have .*classes.* Received: dataset=noise",
        ),
    ],
)
def test_mistakes_are_found_before_training(task, message, tmp_path):
    with pytest.raises(RunError, match=message):
        run(task(), tmp_path)
    assert not (tmp_path / "metrics.jsonl").exists()


def test_words_cannot_be_written():
    for kind in (Translation, LanguageModeling):
        with pytest.raises(ValueError, match="Received: vocabulary=words"):
            kind(vocabulary=VocabularyConfig("words"))


def built(task):
    task.build(strategies.create("one_device"), 4, seed=0)
    return task


def test_blocks_of_a_short_text(caplog):
    caplog.set_level("INFO", "kerazoo")
    text = PlainText.of("hamlet", "to be or not to be\n" * 20)  # 380 characters.
    task = built(LanguageModeling(text, network=SMALL))
    assert task.metadata()["block_size"] == 37
    assert len(task.sample(step=0)["samples"][0]) <= 37
    said = [r.getMessage() for r in caplog.records if r.name.startswith("kerazoo")]
    assert said[-1] == (
        "Blocks have 37 tokens, the most that the 38 tokens (38 characters) to "
        "validate with allow, and not 64 as by default"
    )
    assert task.describe_data() == (
        "hamlet, 342 tokens to train on and 38 to validate with, of a vocabulary of 12"
    )
    short = LanguageModeling(PlainText.of("short", "to be or not to be, to be or no"))
    with pytest.raises(ValueError, match="too short: .*3 tokens .*Received: 31 charac"):
        built(short)


def test_batches_hold_a_long_text_by_default(caplog):
    caplog.set_level("INFO", "kerazoo")
    long = [" ".join(["one two three"] * 400)] * 4
    pairs = ParallelText("long", (long, long), (long, long))
    more = {"vocabulary": VocabularyConfig("characters"), "network": SMALL}
    task = built(Translation(pairs, max_length=6_000, **more))
    assert task.describe_data() == (
        "long, 4 pairs to train on, 4 to validate and test with; 13 tokens"
    )
    size = len(long[0]) + 1
    assert f"Batches of training have {size:,} tokens, a long text" in caplog.text
    message = f"`max_length` must be {size} or more for one of the training texts"
    with pytest.raises(ValueError, match=message):
        built(Translation(pairs, **more))


def test_vocabulary_of_few_texts(caplog):
    caplog.set_level("INFO", "kerazoo")
    task = built(TextClassification(LABELLED, network=SMALL))
    assert "and not 4,000 as by default" in caplog.text
    assert task.describe_data() == (
        "numbers, 60 texts to train on, 9 to validate and test with; 3 classes, "
        f"20 texts each, {task.tokenizer.vocabulary_size} tokens"
    )
    assert np.allclose(task.classify([""]), 1 / 3)


def test_columns_of_files(tmp_path):
    rows = "".join(f"{i % 2},{word}\n" for i, word in enumerate(WORDS))
    (tmp_path / "words.csv").write_text(rows)
    files = {"data_dir": tmp_path / "words.csv", "network": SMALL}
    task = built(TextClassification(**files, text_column=2))
    assert task.name == "words" and task.texts.class_names == ["0", "1"]
    with pytest.raises(
        ValueError, match="go with files. Received: dataset=imdb, text_c"
    ):
        built(TextClassification("imdb", text_column=2))


def test_long_texts_are_left_out_with_a_warning():
    task = dataclasses.replace(TASKS["translate"](), max_length=7)
    with pytest.warns(UserWarning, match="training .*left out. Received: max_length=7"):
        task.build(strategies.create("one_device"), SCHEDULE.train_steps, seed=0)


def test_scores_are_of_texts_as_vocabularies_see_them():
    def scores(hypotheses, references, **options):
        task = Translation(vocabulary=VocabularyConfig(**options))
        return task.scores(hypotheses, references)["exact_match"]

    assert scores(["No 1/2", "a  b"], ["\u2116 1/2", "a\u00a0b"]) == 1
    assert scores(["no"], ["\u2116"]) == 0
    assert scores(["no"], ["\u2116"], lower_case=True) == 1
