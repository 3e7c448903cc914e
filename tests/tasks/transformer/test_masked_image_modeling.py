"""An encoder of images learns to paint hidden patches; a classifier goes on from it."""

import numpy as np
import pytest
import tensorflow as tf

import kerazoo
from kerazoo.data.images import ImageDataset
from kerazoo.layers import extract_patches
from kerazoo.models.transformer import FineTuningConfig
from kerazoo.models.transformer import NetworkConfig
from kerazoo.models.transformer import TrainingConfig
from kerazoo.models.transformer import make_masked_autoencoder
from kerazoo.runs import RunError
from kerazoo.serving import load_signatures
from kerazoo.tasks.transformer import ImageClassification
from kerazoo.tasks.transformer import MaskedImageModeling
from kerazoo.training import Schedule
from kerazoo.training import strategy as strategies

SMALL = NetworkConfig(hidden_size=16, num_layers=1, num_heads=2, dropout=0.0)
RANDOM = np.random.default_rng(0)
# Each image has one grey: what is seen says what is hidden.
GREYS = RANDOM.integers(0, 256, (80, 1, 1, 1)).astype("uint8")
PIXELS = np.tile(GREYS, (1, 4, 6, 1))
LABELS = (GREYS[:, 0, 0, 0] > 127).astype("int32")
IMAGES = ImageDataset("greys", PIXELS, LABELS, PIXELS[:8], LABELS[:8], 2)


def painting(**more):
    training = TrainingConfig(learning_rate=0.01, warm_up_steps=10)
    options = {"batch_size": 16, "network": SMALL, "training": training, **more}
    return MaskedImageModeling(IMAGES, **options)


def test_only_visible_patches_are_seen():
    model = make_masked_autoencoder((4, 6, 1), 0.5, SMALL)
    images = RANDOM.normal(size=(3, 4, 6, 1)).astype("float32")
    order = RANDOM.permuted([np.arange(6)] * 3, axis=1)
    painted = np.array(model([images, order]))
    assert painted.shape == (3, 3, 4)
    patches = np.array(extract_patches(images, (2, 2)))
    wanted = np.take_along_axis(patches, order[:, 3:, None], axis=1)
    errors = np.mean((painted - wanted) ** 2, axis=(1, 2))
    found = model.errors(model.network, (images, order))
    np.testing.assert_allclose(found, errors, rtol=1e-5)
    changed = images.copy()
    for row, hidden in zip(changed, order[:, 3:]):
        for place in hidden:
            y, x = divmod(place, 3)
            row[2 * y : 2 * y + 2, 2 * x : 2 * x + 2] += 1
    np.testing.assert_allclose(model([changed, order]), painted, atol=1e-6)
    # Which of the visible ones comes first says nothing.
    order[:, :3] = order[:, 2::-1]
    np.testing.assert_allclose(model([images, order]), painted, atol=1e-5)


@pytest.mark.slow
def test_pretrains_and_classifies(tmp_path):
    task = painting()
    schedule = Schedule(train_steps=100, eval_every=50)
    strategy = strategies.create("one_device")
    result = kerazoo.run(
        task,
        tmp_path / "run",
        schedule,
        strategy=strategy,
        export_dir=tmp_path / "model",
    )
    variance = np.var(PIXELS * (2 / 255) - 1)
    assert result["validation_loss"] < 0.3 * variance
    served = load_signatures(result["export"])
    vectors = served["embed"](images=tf.constant(PIXELS[:4]))["embedding"]
    images = IMAGES.normalize(PIXELS[:4].astype("float32"))
    np.testing.assert_allclose(vectors, task.model.network.embed(images), atol=1e-5)
    files = tf.stack([tf.io.encode_png(image) for image in PIXELS[:4]])
    again = served["embed_files"](image_bytes=files)["embedding"]
    np.testing.assert_allclose(again, vectors, atol=1e-5)
    classifier = ImageClassification(
        IMAGES,
        init_from=tmp_path / "model",
        fine_tuning=FineTuningConfig(freeze="encoder"),
        training=TrainingConfig(learning_rate=0.05),
    )
    kerazoo.run(
        classifier,
        tmp_path / "classes",
        Schedule(train_steps=2, eval_every=2),
        strategy=strategy,
    )
    assert classifier.start.taken.new == ["head/kernel", "head/bias"]
    network = classifier.model.network
    states = network.patches(images) + network.positions(np.arange(6))
    states = np.mean(network.encoder(states), axis=1)
    np.testing.assert_allclose(states, vectors, atol=1e-5)


@pytest.mark.slow
def test_two_replicas_learn_what_one_does(tmp_path):
    losses = {}
    for name, count in (("one_device", None), ("mirrored", 2)):
        strategy = strategies.create(name, num_devices=count)
        schedule = Schedule(train_steps=6, eval_every=6)
        result = kerazoo.run(painting(), tmp_path / name, schedule, strategy=strategy)
        losses[name] = result["validation_loss"]
    assert losses["mirrored"] == pytest.approx(losses["one_device"], rel=1e-5)


def test_orders_go_on_and_are_shared():
    task = painting(shift=1)
    task.build(strategies.create("one_device"), 4, seed=3)

    def taken(count, start=0, context=None):
        return [
            (images.numpy(), order.numpy())
            for images, order in task.batches(start, context).take(count)
        ]

    whole = taken(3)
    assert whole[0][1].shape == (16, 6) and (np.sort(whole[0][1]) == np.arange(6)).all()
    assert (whole[0][1] != whole[1][1]).any()
    for found, expected in zip(taken(1, start=2)[0], whole[2]):
        np.testing.assert_array_equal(found, expected)
    halves = taken(6, context=tf.distribute.InputContext(1, 0, 2))
    for i, expected in enumerate(whole):
        for j in (0, 1):
            joined = np.concatenate([halves[2 * i][j], halves[2 * i + 1][j]])
            np.testing.assert_array_equal(joined, expected[j])


@pytest.mark.parametrize(
    ("task", "message"),
    [
        (lambda: painting(mask_share=1.0), "Received: mask_share=1.0"),
        (
            lambda: painting(training=TrainingConfig(label_smoothing=0.1)),
            "`label_smoothing` is for tokens and classes",
        ),
        (lambda: painting(init_from="nowhere"), "`init_from` must be the folder"),
    ],
)
def test_mistakes_are_found_before_training(task, message, tmp_path):
    with pytest.raises(RunError, match=message):
        kerazoo.run(task(), tmp_path)
