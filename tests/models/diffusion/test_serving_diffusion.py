"""Exported models: the same pictures with and without Python."""

import functools
import io

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from kerazoo.models.diffusion import parametrizations
from kerazoo.models.diffusion import schedules
from kerazoo.models.diffusion.config import NetworkConfig
from kerazoo.models.diffusion.config import make_diffusion
from kerazoo.models.diffusion.diffusion import Diffusion
from kerazoo.models.diffusion.generation import generate
from kerazoo.models.diffusion.serving_diffusion import ServingDiffusion
from kerazoo.serving.exporting import export
from kerazoo.serving.limits import Limits
from kerazoo.serving.worker import Worker
from kerazoo.training.weight_average import HalfLifeDecay
from tests.models.diffusion.tiny_network import TinyNetwork
from tests.serving.odd_requests import ask
from tests.serving.odd_requests import assert_memory_stays
from tests.serving.odd_requests import assert_odd_requests_end_well

SHAPE = (4, 5, 3)
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, (2, *SHAPE), "uint8")
MASK = RANDOM.integers(0, 2, (2, 4, 5, 1)).astype("float32")


def tiny(num_classes=None, **kwargs):
    keras.utils.set_random_seed(0)
    return Diffusion(
        TinyNetwork(SHAPE[-1] * (1 + kwargs.get("learned_variance", 0)), num_classes),
        SHAPE,
        schedules.CosineSchedule(),
        parametrizations.VParametrization(),
        num_classes=num_classes,
        **kwargs,
    )


class Served:
    """A model, its signatures in Python and the folder of its export."""

    def __init__(self, model, folder, **kwargs):
        self.model = model
        self.folder = folder
        self.serving = ServingDiffusion(model, steps=2, **kwargs)

    @functools.cached_property
    def path(self):
        return export(
            self.serving.module,
            self.serving.endpoints,
            self.folder,
            warmup=self.serving.example(),
        )

    @functools.cached_property
    def worker(self):
        """One process for all requests: it takes longer to start than to answer."""
        return Worker(self.path)

    def without_python(self, signature, **request):
        return self.worker.run(signature, request)

    def __call__(self, signature, **request):
        tensors = {name: tf.constant(value) for name, value in request.items()}
        outputs = self.serving.endpoints[signature](**tensors)
        return {name: value.numpy() for name, value in outputs.items()}


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    model = tiny(average_decay=HalfLifeDecay(10))
    # The average is what is served.
    model.network.set_weights([w + 1 for w in model.network.get_weights()])
    served = Served(model, tmp_path_factory.mktemp("plain"))
    yield served
    served.worker.close()


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    model = tiny(num_classes=3, self_conditioning=True)
    served = Served(model, tmp_path_factory.mktemp("labelled"), sampler="ddpm")
    yield served
    served.worker.close()


def common(seed=1, steps=3, **kwargs):
    numbers = {"seed": np.int32(seed), "steps": np.int32(steps)}
    if "label" in kwargs:
        kwargs["label"] = np.array(kwargs["label"], "int32")
        kwargs["guidance"] = np.float32(kwargs.get("guidance", 1))
    return {**numbers, **kwargs}


def pixels(images):
    """Returns images of [-1, 1] as bytes."""
    return np.rint((np.clip(images, -1, 1) + 1) * 127.5).astype("uint8")


def assert_same_picture(found, expected):
    """Arithmetic in another order may turn a pixel by one."""
    assert found.dtype == "uint8" and found.shape == expected.shape
    difference = np.abs(found.astype(int) - expected.astype(int))
    assert difference.max() <= 1 and (difference > 0).mean() < 0.02


def decode(png_bytes):
    return np.stack([np.asarray(Image.open(io.BytesIO(b))) for b in png_bytes])


@pytest.mark.parametrize(
    ("count", "seed", "steps"),
    [
        pytest.param(1, 1, 3, marks=pytest.mark.slow),
        pytest.param(3, 1, 3, marks=pytest.mark.slow),
        (2, 8, 6),
    ],
)
def test_samples_are_those_of_the_model(plain, count, seed, steps):
    request = common(seed, steps, count=np.int32(count))
    found = plain.without_python("serving_default", **request)
    expected = pixels(generate(plain.model, count, seed, steps))
    assert len(np.unique(expected)) > 10
    assert_same_picture(found["images"], expected)
    np.testing.assert_array_equal(decode(found["png_bytes"]), found["images"])


@pytest.mark.slow
def test_signatures_in_python_are_those_without(plain):
    requests = {
        "sample": {"count": np.int32(2), **common()},
        "edit": {"images": IMAGES, "strength": np.float32(0.7), **common()},
        "inpaint": {"images": IMAGES, "mask": MASK, **common()},
    }
    for name, request in requests.items():
        first = plain.without_python(name, **request)["images"]
        assert_same_picture(first, plain(name, **request)["images"])
        again = plain.without_python(name, **request)["images"]
        np.testing.assert_array_equal(again, first)
        other = plain(name, **{**request, "seed": np.int32(99)})["images"]
        assert (other != first).mean() > 0.1
        longer = plain(name, **{**request, "steps": np.int32(7)})["images"]
        assert (longer.astype(int) - first > 1).any()


def test_edit_changes_more_with_strength(plain):
    distances = []
    for strength in (0, 0.5, 1):
        found = plain(
            "edit", images=IMAGES, strength=np.float32(strength), **common(steps=10)
        )
        np.testing.assert_array_equal(decode(found["png_bytes"]), found["images"])
        distances.append(np.abs(found["images"].astype(float) - IMAGES).mean())
    assert distances[0] == 0
    assert 1 < distances[1] < distances[2]


def test_inpainting_keeps_the_known_pixels(plain):
    found = plain("inpaint", images=IMAGES, mask=MASK, **common())["images"]
    known = np.broadcast_to(MASK == 1, found.shape)
    np.testing.assert_array_equal(found[known], IMAGES[known])
    assert (found[~known] != IMAGES[~known]).mean() > 0.9
    # What is hidden makes no difference.
    hidden = np.where(known, IMAGES, 0).astype("uint8")
    again = plain("inpaint", images=hidden, mask=MASK, **common())["images"]
    np.testing.assert_array_equal(again, found)


@pytest.mark.parametrize(
    ("label", "labels", "guidance"),
    [
        ([2], [2, 2], 1.0),
        ([0, 2], [0, 2], 3.0),
        ([-1], None, 1.0),
        ([-1, 1], [3, 1], 3.0),
    ],
)
def test_labels_and_guidance(labelled, label, labels, guidance):
    request = common(label=label, guidance=guidance, count=np.int32(2))
    found = labelled.without_python("sample", **request)["images"]
    labels = None if labels is None else np.array(labels, "int32")
    images = generate(labelled.model, 2, 1, 3, "ddpm", labels, guidance)
    assert_same_picture(found, pixels(images))


def test_labels_and_guidance_make_a_difference(labelled):
    pictures = [
        labelled("sample", count=np.int32(2), **common(label=label, guidance=guidance))
        for label, guidance in (([-1], 1), ([0], 1), ([1], 1), ([0], 4))
    ]
    for i, first in enumerate(pictures):
        for second in pictures[:i]:
            assert (first["images"] != second["images"]).any()


def test_labels_of_edited_and_inpainted_images(labelled):
    known = np.broadcast_to(MASK == 1, IMAGES.shape)
    for label in ([0], [1, -1]):
        both = common(label=label, guidance=2.0)
        same = labelled("edit", images=IMAGES, strength=np.float32(0), **both)
        np.testing.assert_array_equal(same["images"], IMAGES)
        filled = labelled("inpaint", images=IMAGES, mask=MASK, **both)
        np.testing.assert_array_equal(filled["images"][known], IMAGES[known])


@pytest.mark.parametrize("fixture", ["plain", "labelled"])
def test_examples_are_valid_requests(fixture, request):
    served = request.getfixturevalue(fixture)
    for name, example in served.serving.example().items():
        images = served.without_python(name, **example)["images"]
        assert images.shape == (1, *SHAPE)
    warmup = served.path / "assets.extra" / "tf_serving_warmup_requests"
    assert warmup.stat().st_size > 0


@pytest.mark.slow
def test_learned_variance_is_served(tmp_path):
    model = tiny(learned_variance=True)
    served = Served(model, tmp_path, sampler="ddpm")
    request = common(steps=5, count=np.int32(2))
    found = served("sample", **request)["images"]
    assert_same_picture(found, pixels(generate(model, 2, 1, 5, "ddpm")))
    edited = served("edit", images=IMAGES, strength=np.float32(0), **common())
    np.testing.assert_array_equal(edited["images"], IMAGES)


@pytest.mark.slow
def test_export_holds_the_averaged_weights_alone(tmp_path):
    model = tiny(average_decay=HalfLifeDecay(10.0))
    path = Served(model, tmp_path).path
    names = tf.train.list_variables(str(path / "variables" / "variables"))
    shapes = sorted(tuple(shape) for name, shape in names if "weights/" in name)
    expected = sorted(tuple(w.shape) for w in model.average_network.weights)
    assert shapes == expected


@pytest.mark.parametrize(
    ("signature", "request_of", "words"),
    [
        ("sample", {"steps": 0}, "`steps` must be from 1 to 1000"),
        ("sample", {"steps": 1_001}, "`steps` must be from 1 to 1000. Received: 1001"),
        ("sample", {"label": [3]}, "`label` must be from -1 to 2"),
        ("sample", {"label": [0, 1, 2]}, "one row, or as many as `count`"),
        ("sample", {"count": np.int32(-1)}, "`count` must be from 0 to 1024"),
        ("sample", {"count": np.int32(100_000)}, "from 0 to 1024. Received: 100000"),
        ("sample", {"guidance": np.float32("nan")}, "`guidance` must be from 0 to 100"),
        ("inpaint", {"steps": -1}, "`steps` must be from 1 to 1000"),
        ("edit", {"label": [0, 7]}, "`label` must be from -1 to 2"),
        ("edit", {"strength": 1.5}, "`strength` must be from 0 to 1"),
        ("edit", {"strength": -0.5}, "`strength` must be from 0 to 1"),
        ("edit", {"strength": np.nan}, "`strength` must be from 0 to 1. Received: nan"),
        (
            "inpaint",
            {"mask": MASK[[0, 1, 1]]},
            "`mask` .* as `images`. Received: 3 and 2",
        ),
        ("inpaint", {"mask": np.full_like(MASK, np.inf)}, "`mask` must be finite"),
    ],
)
def test_wrong_requests_are_errors(labelled, signature, request_of, words):
    request = {
        "sample": {"count": np.int32(2)},
        "edit": {"images": IMAGES, "strength": np.float32(0.5)},
        "inpaint": {"images": IMAGES, "mask": MASK},
    }[signature]
    request |= common(**{"label": [0], **request_of})
    if "strength" in request_of:
        request["strength"] = np.float32(request_of["strength"])
    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        labelled(signature, **request)


def test_limits_are_those_that_were_set():
    serving = ServingDiffusion(tiny(), limits=Limits(max_steps=4, max_pixels=3 * 4 * 5))
    largest = {"count": tf.constant(3), "steps": tf.constant(4), "seed": tf.constant(0)}
    assert len(serving.sample(**largest)["images"]) == 3
    for odd, words in (
        ({"steps": tf.constant(5)}, "`steps` must be from 1 to 4. Received: 5"),
        ({"count": tf.constant(4)}, "`count` must be from 0 to 3. Received: 4"),
    ):
        with pytest.raises(tf.errors.InvalidArgumentError, match=words):
            serving.sample(**{**largest, **odd})


SIGNATURES = pytest.mark.parametrize(
    "signature", ["serving_default", "edit", "inpaint"]
)


@pytest.mark.slow
@SIGNATURES
def test_odd_requests_end_well(labelled, signature):
    good = labelled.serving.example()[signature]
    function = labelled.serving.endpoints[signature]
    assert_odd_requests_end_well(function, good, 30)


@pytest.mark.slow
@SIGNATURES
def test_many_odd_requests_end_well(labelled, signature):
    good = labelled.serving.example()[signature]
    function = labelled.serving.endpoints[signature]
    assert_odd_requests_end_well(function, good, 1_000, seed=1)
    assert_memory_stays(function, good, 3_000)


def assert_no_rows_are_answered(serving):
    for signature, request in serving.example().items():
        for name in request.keys() & {"images", "mask", "label"}:
            request[name] = request[name][:0]
        if "count" in request:
            request["count"] = np.int32(0)
        answer = ask(serving.endpoints[signature], request)
        assert {len(value) for value in answer.values()} == {0}


@pytest.mark.slow
def test_no_rows_are_answered(labelled):
    assert_no_rows_are_answered(labelled.serving)


@pytest.mark.slow
@pytest.mark.parametrize("network", ["dit", "unet"])
def test_no_rows_are_answered_by_large_networks(network):
    sizes = {"widths": (16, 32)} if network == "unet" else {"num_layers": 1}
    network = NetworkConfig(network, hidden_size=16, **sizes)
    model = make_diffusion((8, 8, 1), 3, 10, network)
    assert_no_rows_are_answered(ServingDiffusion(model, steps=2))
