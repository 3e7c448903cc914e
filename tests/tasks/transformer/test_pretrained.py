"""Tasks go on from the model of another one."""

import dataclasses
import json
import shutil

import numpy as np
import pytest

import kerazoo
from kerazoo.data.text import LabelledText
from kerazoo.data.text import ParallelText
from kerazoo.data.text import PlainText
from kerazoo.models.transformer import FineTuningConfig
from kerazoo.models.transformer import NetworkConfig
from kerazoo.models.transformer import TrainingConfig
from kerazoo.runs import RunError
from kerazoo.serving.check import run_without_python
from kerazoo.tasks.transformer import ImageClassification
from kerazoo.tasks.transformer import LanguageModeling
from kerazoo.tasks.transformer import MaskedLanguageModeling
from kerazoo.tasks.transformer import TextClassification
from kerazoo.tasks.transformer import Translation
from kerazoo.text import VocabularyConfig
from kerazoo.text import digest
from kerazoo.training import Schedule
from kerazoo.training import strategy as strategies
from tests.tasks.transformer.conftest import COLOURS
from tests.tasks.transformer.conftest import SENTENCES

# Not the first word, but what it is not.
PART = (SENTENCES, np.array([i % 4 for i in range(64)], np.int32))
SCHEDULE = Schedule(train_steps=4, eval_every=2, checkpoint_every=2)


def classifying(init_from, **more):
    return TextClassification(
        LabelledText("colours", list(COLOURS), PART, PART),
        max_length=16,
        tokens_per_batch=256,
        num_buckets=1,
        init_from=init_from,
        **more,
    )


def run(task, folder, **more):
    schedule = more.pop("schedule", SCHEDULE)
    strategy = strategies.create("one_device")
    return kerazoo.run(task, folder, schedule, strategy=strategy, **more)


def built(task):
    task.prepare(None)
    task.build(strategies.create("one_device"), 4, seed=0)
    return task


@pytest.mark.slow
def test_vocabulary_sizes_and_weights_come_along(pretrained, tmp_path, caplog):
    caplog.set_level("INFO", "kerazoo")
    source, _, folder = pretrained
    # The run goes on without its source.
    shutil.copytree(folder / "model", tmp_path / "source")
    frozen = FineTuningConfig(freeze="encoder")
    training = TrainingConfig(learning_rate=0.05)

    def task():
        return classifying(tmp_path / "source", fine_tuning=frozen, training=training)

    own = task()
    run(own, tmp_path / "run", schedule=Schedule(train_steps=2, eval_every=2))
    assert digest(own.tokenizer) == digest(source.tokenizer)
    assert own.model.network.hidden_size == 16 and own.model.network.num_layers == 2
    said = [r.getMessage() for r in caplog.records]
    assert (
        f"Took 27 weights of {tmp_path}/source/1; new: head/kernel, head/bias" in said
    )
    tokens = np.array([[4, 5, 6, 2]])
    expected, _ = source.model.network.encode(tokens)

    def states(task):
        network = task.model.network
        x = network.embedding(tokens)
        return network.encoder(x, key_mask=tokens > 0)

    np.testing.assert_allclose(states(own), expected, atol=1e-6)
    noted = json.loads((tmp_path / "run" / "init_from.json").read_text())
    assert noted["path"] == f"{tmp_path}/source/1" and len(noted["taken"]) == 27
    assert own.metadata()["init_from"] == noted["path"]
    shutil.rmtree(tmp_path / "source")
    caplog.clear()
    again = task()
    result = run(again, tmp_path / "run")
    assert result["train_steps"] == 4
    assert not [r for r in caplog.records if "Took" in r.getMessage()]
    np.testing.assert_allclose(states(again), expected, atol=1e-6)
    assert len(again.model.network.trainable_variables) == 2


@pytest.mark.slow
def test_run_that_went_on_ends_as_one_that_did_not(pretrained, tmp_path):
    _, _, folder = pretrained
    slowly = FineTuningConfig(layer_decay=0.5, unfreeze_every=1)

    def task():
        return classifying(
            folder / "run",
            fine_tuning=slowly,
            network=NetworkConfig(lora_rank=None, dropout=0.2),
            training=TrainingConfig(rate_schedule="constant", warm_up_steps=1),
        )

    expected = run(task(), tmp_path / "whole")
    half = dataclasses.replace(SCHEDULE, train_steps=2)
    run(task(), tmp_path / "parts", schedule=half)
    last = task()
    found = run(last, tmp_path / "parts")
    assert found["validation_accuracy"] == expected["validation_accuracy"]
    whole = kerazoo.load(tmp_path / "whole", weights="newest")
    parts = kerazoo.load(tmp_path / "parts", weights="newest")
    for ours, theirs in zip(whole.weights, parts.weights, strict=True):
        np.testing.assert_array_equal(ours, theirs, err_msg=ours.path)


@pytest.mark.slow
def test_adapters_leave_no_trace_in_the_export(pretrained, tmp_path):
    _, _, folder = pretrained
    task = classifying(
        folder / "model",
        network=NetworkConfig(lora_rank=2, lora_alpha=8.0),
        training=TrainingConfig(learning_rate=0.05, averaging="exponential"),
    )
    result = run(task, tmp_path / "run", export_dir=tmp_path / "model")
    outputs = task.classify(SENTENCES[:8])
    model = kerazoo.load(tmp_path / "model")
    assert not any("lora" in weight.path for weight in model.weights)
    assert any("lora" in w.path for w in kerazoo.load(tmp_path / "run").weights)
    served = run_without_python(
        result["export"], {"text": np.array(SENTENCES[:8], object)}
    )
    np.testing.assert_allclose(served["probabilities"], outputs, atol=1e-6)
    # The next one goes on from it, or from its run, alike.
    heads = [
        built(classifying(tmp_path / name)).model.network.get_weights()
        for name in ("run", "model")
    ]
    for ours, theirs in zip(*heads, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


@pytest.mark.slow
def test_two_replicas_learn_what_one_does(pretrained, tmp_path):
    _, _, folder = pretrained
    values = {}
    for name, count in (("one_device", None), ("mirrored", 2)):
        task = classifying(
            folder / "run",
            fine_tuning=FineTuningConfig(layer_decay=0.5, unfreeze_every=2),
            network=NetworkConfig(dropout=0.0),
            training=TrainingConfig(decoupled_weight_decay=0.1),
        )
        strategy = strategies.create(name, num_devices=count)
        kerazoo.run(task, tmp_path / name, SCHEDULE, strategy=strategy)
        values[name] = task.classify(SENTENCES[:8])
    np.testing.assert_allclose(values["mirrored"], values["one_device"], atol=1e-5)


@pytest.mark.slow
def test_every_task_of_texts_may_go_on(pretrained):
    source, _, folder = pretrained
    pairs = ParallelText("pairs", (SENTENCES, SENTENCES), (SENTENCES, SENTENCES))
    plain = PlainText.of("plain", "\n".join(SENTENCES))
    tasks = [
        Translation(pairs, init_from=folder / "run"),
        LanguageModeling(plain, block_size=8, init_from=folder / "run"),
        MaskedLanguageModeling(source.dataset, init_from=folder / "run"),
    ]
    for task in tasks:
        built(task)
        assert digest(task.tokenizer) == digest(source.tokenizer)
        assert len(task.start.taken.taken) >= 27
    assert all("cross_attention" in place for place in tasks[0].start.taken.new)
    assert tasks[2].start.taken.new == []


def damaged(folder, tmp_path, file, content=None):
    """Returns a copy of a run or an export with one file changed or gone."""
    shutil.copytree(folder, tmp_path / "damaged")
    path = tmp_path / "damaged" / file
    path.unlink() if content is None else path.write_bytes(content)
    return tmp_path / "damaged"


@pytest.mark.parametrize(
    ("folder", "file", "content", "message"),
    [
        ("run", "vocabulary.json", None, "older version"),
        ("run", "vocabulary.model", b"x", "vocabulary.model is damaged"),
        ("run", "model.json", b"{", "model.json is damaged"),
        ("model/1", "assets.extra/model.keras", b"x", "`init_from` cannot be read"),
        ("model/1", "assets.extra/model.keras", None, "`init_from` cannot be read"),
        ("model/1", "saved_model.pb", None, "must be the folder of a run"),
        ("model/1", "assets.extra/kerazoo.json", None, "this one is of None"),
    ],
)
def test_damaged_folders_are_refused(
    pretrained, tmp_path, folder, file, content, message
):
    _, _, root = pretrained
    path = damaged(root / folder, tmp_path, file, content)
    with pytest.raises(RunError, match=message) as error:
        run(classifying(path), tmp_path / "new")
    assert "\n" not in str(error.value)
    assert not (tmp_path / "new" / "metrics.jsonl").exists()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"network": NetworkConfig(hidden_size=24)}, "is 16: .*hidden_size=24"),
        ({"network": NetworkConfig(positions="alibi")}, "Received: positions=alibi"),
        ({"vocabulary": VocabularyConfig("bpe")}, "comes with .*vocabulary=bpe"),
        (
            {
                "network": NetworkConfig(lora_rank=2),
                "fine_tuning": FineTuningConfig(freeze="encoder"),
            },
            "`lora_rank` .* freeze=encoder",
        ),
        ({"network": NetworkConfig(lora_alpha=2.0)}, "goes with `lora_rank`"),
    ],
)
def test_conflicts_are_refused(pretrained, more, message):
    _, _, folder = pretrained
    with pytest.raises(ValueError, match=message):
        built(classifying(folder / "run", **more))


def test_what_has_no_meaning_alone_is_refused(tmp_path):
    for more, message in (
        ({"fine_tuning": FineTuningConfig(layer_decay=0.5)}, "`layer_decay` goes with"),
        ({"network": NetworkConfig(lora_rank=2)}, "`lora_rank` goes with `init_from`"),
    ):
        with pytest.raises(ValueError, match=message):
            built(classifying(None, **more))
    with pytest.raises(ValueError, match="must be the folder of a run"):
        built(classifying(tmp_path))


def test_other_models_are_refused(pretrained, tmp_path):
    _, _, folder = pretrained
    task = ImageClassification(init_from=folder / "run")
    with pytest.raises(ValueError, match="image; this one is of transformer for pre"):
        built(task)
    other = damaged(
        folder / "model/1",
        tmp_path,
        "assets.extra/kerazoo.json",
        b'{"family": "gan"}',
    )
    with pytest.raises(ValueError, match="this one is of gan"):
        built(classifying(other))


def test_a_run_of_its_own_does_not_become_one_that_goes_on(pretrained, tmp_path):
    _, _, folder = pretrained
    (tmp_path / "run").mkdir()
    for name in ("model.json", "vocabulary.json", "vocabulary.model"):
        shutil.copy(folder / "run" / name, tmp_path / "run")
    shutil.copytree(folder / "run" / "checkpoints", tmp_path / "run" / "checkpoints")
    task = classifying(folder / "run")
    with pytest.raises(ValueError, match="was begun without `init_from`"):
        task.prepare(tmp_path / "run")
    (tmp_path / "run" / "init_from.json").write_text("{}")
    with pytest.raises(ValueError, match="init_from.json is damaged"):
        task.prepare(tmp_path / "run")
