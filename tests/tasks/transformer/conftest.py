import pytest

import kerazoo
from kerazoo.data.text import UnlabelledText
from kerazoo.models.transformer import NetworkConfig
from kerazoo.models.transformer import TrainingConfig
from kerazoo.tasks.transformer import MaskedLanguageModeling
from kerazoo.text import VocabularyConfig
from kerazoo.training import Schedule
from kerazoo.training import strategy as strategies

COLOURS = ("red", "green", "blue", "black")
# The first word says what the last one is.
SENTENCES = [f"{c} is no {other} but {c}" for c in COLOURS for other in COLOURS] * 4

GAPS = ["blue is no red but <mask>", "<mask> is no red but black"]
TEXTS = ["red is no blue", "black", ""]


@pytest.fixture(scope="session")
def pretrained(tmp_path_factory):
    """A pretrained task, its result, and the folder of its run and its export.

    The result has what the task said before another run began: that ends the
    operations of vocabularies, as TensorFlow forgets its kernels with each new seed.
    """
    folder = tmp_path_factory.mktemp("pretrained")
    task = MaskedLanguageModeling(
        UnlabelledText.of("colours", SENTENCES),
        max_length=16,
        tokens_per_batch=512,
        num_buckets=1,
        mask_share=0.2,
        vocabulary=VocabularyConfig("words", 11, split_digits=False),
        network=NetworkConfig(hidden_size=16, num_layers=2, num_heads=2, dropout=0.0),
        training=TrainingConfig(learning_rate=0.02, warm_up_steps=20),
    )
    result = kerazoo.run(
        task,
        folder / "run",
        Schedule(train_steps=150, eval_every=50),
        strategy=strategies.create("one_device"),
        export_dir=folder / "model",
    )
    result["filled"] = task.fill(GAPS)
    result["vectors"] = task.embed(TEXTS)
    return task, result, folder
