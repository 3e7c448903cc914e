"""Exported GANs: the same examples with and without Python."""

import functools
import io

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from kerazoo.models.gan.config import NetworkConfig
from kerazoo.models.gan.config import make_gan
from kerazoo.models.gan.generation import generate
from kerazoo.models.gan.generation import generate_from
from kerazoo.models.gan.serving_gan import ServingGAN
from kerazoo.serving.exporting import export
from kerazoo.serving.limits import Limits
from kerazoo.serving.worker import Worker
from kerazoo.training.weight_average import HalfLifeDecay
from tests.models.gan.tiny_gan import tiny_gan
from tests.serving.odd_requests import ask
from tests.serving.odd_requests import assert_memory_stays
from tests.serving.odd_requests import assert_odd_requests_end_well
from tests.serving.odd_requests import assert_rows_are_answered_alone

RANDOM = np.random.default_rng(0)
LATENTS = RANDOM.normal(size=(3, 4)).astype("float32")
SHAPES = {
    "plain": (4, 5, 3),
    "labelled": (5, 4, 1),
    "points": (2,),
    "labelled_points": (2,),
}


# What it adds to both labels and points alone is little.
NAMED = [
    pytest.param(name, marks=pytest.mark.slow if name == "labelled_points" else ())
    for name in SHAPES
]


class Served:
    """A model, its signatures in Python and the folder of its export."""

    def __init__(self, model, folder):
        self.model = model
        self.serving = ServingGAN(model)
        self.path = export(
            self.serving.module,
            self.serving.endpoints,
            folder,
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


def make(name):
    model = tiny_gan(
        SHAPES[name],
        num_classes=3 if name.startswith("labelled") else None,
        average_decay=HalfLifeDecay(10) if name == "plain" else None,
    )
    for network in (model.generator, model.discriminator):
        network.set_weights(
            [
                w + 0.3 * np.abs(RANDOM.normal(size=w.shape))
                for w in network.get_weights()
            ]
        )
    return model


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Returns a function of a name to what is served, made once."""
    made = {}

    def get(name):
        if name not in made:
            made[name] = Served(make(name), tmp_path_factory.mktemp(name))
        return made[name]

    yield get
    for own in made.values():
        own.worker.close()


def sampled(count=4, seed=1, truncation=0.0, **kwargs):
    if "label" in kwargs:
        kwargs["label"] = np.array(kwargs["label"], "int32")
    return {
        "count": np.int32(count),
        "seed": np.int32(seed),
        "truncation": np.float32(truncation),
        **kwargs,
    }


def pixels(images):
    """Returns images of [-1, 1] as bytes."""
    return np.rint((np.clip(images, -1, 1) + 1) * 127.5).astype("uint8")


def decode(png_bytes, shape):
    images = [np.asarray(Image.open(io.BytesIO(b))) for b in png_bytes]
    return np.stack(images).reshape(-1, *shape)


def assert_are(found, examples, shape):
    """Asserts that outputs are examples, images to the pixel."""
    assert len(np.unique(examples)) > len(examples)
    if len(shape) == 3:
        assert found.keys() == {"images", "png_bytes"}
        assert found["images"].dtype == "uint8"
        np.testing.assert_array_equal(found["images"], pixels(examples))
        np.testing.assert_array_equal(
            decode(found["png_bytes"], shape), found["images"]
        )
    else:
        assert found.keys() == {"samples"}
        assert found["samples"].dtype == "float32"
        np.testing.assert_allclose(found["samples"], examples, atol=1e-6)


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("truncation", [0.0, 0.7])
def test_samples_are_those_of_the_model(served, name, truncation):
    own = served(name)
    labels = {"label": [0, -1, 2, -1]} if "labelled" in name else {}
    request = sampled(truncation=truncation, **labels)
    expected = generate(
        own.model, 4, 1, request.get("label"), truncation=truncation or None
    ).numpy()
    assert_are(own("serving_default", **request), expected, SHAPES[name])
    if truncation:
        found = own.without_python("sample", **request)
        assert_are(found, expected, SHAPES[name])


@pytest.mark.parametrize("name", NAMED)
def test_examples_of_latents_are_those_of_the_model(served, name):
    own = served(name)
    labels = {}
    if "labelled" in name:
        labels = {"label": np.array([2, 0, 1], "int32")}
    expected = generate_from(own.model, LATENTS, labels.get("label")).numpy()
    for call in (own, own.without_python):
        found = call("generate", latents=LATENTS, **labels)
        assert_are(found, expected, SHAPES[name])


@pytest.mark.parametrize("name", NAMED)
def test_logits_are_those_of_the_discriminator(served, name):
    own, shape = served(name), SHAPES[name]
    if len(shape) == 3:
        bytes_ = RANDOM.integers(0, 256, (3, *shape), "uint8")
        request = {"images": bytes_}
        examples = bytes_ / np.float32(127.5) - 1
    else:
        examples = RANDOM.normal(size=(3, *shape)).astype("float32")
        request = {"samples": examples}
    if "labelled" in name:
        request["label"] = np.array([2, 0, 1], "int32")
    expected = own.model.discriminate(examples, request.get("label")).numpy()
    assert np.ptp(expected) > 0.01
    for call in (own, own.without_python):
        found = call("discriminate", **request)
        assert found.keys() == {"logits"}
        np.testing.assert_allclose(found["logits"], expected, rtol=1e-4, atol=1e-5)


def test_the_average_is_served(served):
    model = served("plain").model
    averaged = pixels(generate(model, 4, 1, average=True))
    np.testing.assert_array_equal(
        served("plain")("sample", **sampled())["images"], averaged
    )
    assert (pixels(generate(model, 4, 1, average=False)) != averaged).mean() > 0.5


def test_requests_differ_by_seed_and_truncation(served):
    own = served("points")
    found = own("sample", **sampled(count=500))["samples"]
    np.testing.assert_array_equal(own("sample", **sampled(count=500))["samples"], found)
    assert (own("sample", **sampled(500, seed=2))["samples"] != found).all()
    narrow = own("sample", **sampled(500, truncation=0.2))["samples"]
    assert (narrow.std(axis=0) < 0.5 * found.std(axis=0)).all()


def test_one_label_is_for_all_examples(served):
    own = served("labelled")
    for signature, request in {
        "sample": sampled(),
        "generate": {"latents": LATENTS},
        "discriminate": {"images": RANDOM.integers(0, 256, (3, 5, 4, 1), "uint8")},
    }.items():
        count = 4 if signature == "sample" else 3
        outputs = []
        for label in (0, 1):
            one, each = (
                own(signature, label=np.full(size, label, "int32"), **request)
                for size in (1, count)
            )
            for key, value in one.items():
                np.testing.assert_array_equal(value, each[key])
            outputs.append(next(iter(one.values())))
        assert (outputs[0] != outputs[1]).any()


@pytest.mark.parametrize("name", NAMED)
def test_examples_are_valid_requests(served, name):
    own = served(name)
    examples = own.serving.example()
    assert examples.keys() | {"sample"} == own.serving.endpoints.keys()
    for signature, request in examples.items():
        for output in own(signature, **request).values():
            assert len(output) == 1
    warmup = own.path / "assets.extra" / "tf_serving_warmup_requests"
    assert warmup.stat().st_size > 0


def test_export_holds_the_average_and_the_discriminator_alone(served):
    own = served("plain")
    names = tf.train.list_variables(str(own.path / "variables" / "variables"))
    shapes = sorted(tuple(shape) for name, shape in names if "weights/" in name)
    networks = own.model.average_generator, own.model.discriminator
    weights = [weight for network in networks for weight in network.weights]
    assert shapes == sorted(tuple(weight.shape) for weight in weights)


@pytest.mark.parametrize(
    ("signature", "request_of", "words"),
    [
        (
            "sample",
            {"truncation": np.float32(-0.5)},
            "`truncation` must be finite and at least 0",
        ),
        ("sample", {"truncation": np.float32("nan")}, "Received: nan"),
        ("sample", {"truncation": np.float32("inf")}, "Received: inf"),
        (
            "sample",
            {"count": np.int32(-1)},
            "`count` must be from 0 to 1024. Received: -1",
        ),
        ("sample", {"count": np.int32(100_000)}, "from 0 to 1024. Received: 100000"),
        ("sample", {"label": [3]}, "`label` must be from -1 to 2"),
        ("sample", {"label": [0, 1, 2, -2]}, "`label` must be from -1 to 2"),
        (
            "sample",
            {"label": [0, 1, 2]},
            "`label` must have one row, or as many as `count`. Received: 3 and 4",
        ),
        ("generate", {"label": [-1]}, "`label` must be from 0 to 2"),
        ("generate", {"label": [0, 1, 3]}, "`label` must be from 0 to 2"),
        ("generate", {"label": [0, 1]}, "have one row, or as many as `latents`"),
        ("generate", {"latents": LATENTS * np.inf}, "`latents` must be finite"),
        ("generate", {"latents": np.zeros((1_025, 4), "f")}, "have at most 1024 rows"),
        ("discriminate", {"label": [-1]}, "`label` must be from 0 to 2"),
    ],
)
def test_wrong_requests_are_errors(served, signature, request_of, words):
    request = {
        "sample": sampled(),
        "generate": {"latents": LATENTS},
        "discriminate": {"images": np.zeros((3, 5, 4, 1), "uint8")},
    }[signature]
    request = {"label": [0], **request, **request_of}
    request["label"] = np.array(request["label"], "int32")
    with pytest.raises(tf.errors.InvalidArgumentError, match=words):
        served("labelled")(signature, **request)


def test_wrong_requests_are_errors_without_python(served):
    with pytest.raises(RuntimeError, match="Assert"):
        served("labelled").without_python("sample", **sampled(label=[7]))
    with pytest.raises(RuntimeError, match="Assert"):
        served("points").without_python("sample", **sampled(truncation=-1))


def test_limits_are_those_that_were_set(served):
    limits = Limits(max_examples=3, max_pixels=2 * 4 * 5)
    serving, seed = ServingGAN(served("plain").model, limits), tf.constant(0)
    assert len(serving.sample(tf.constant(2), seed)["images"]) == 2
    with pytest.raises(
        tf.errors.InvalidArgumentError, match="from 0 to 2. Received: 3"
    ):
        serving.sample(tf.constant(3), seed)


NAMES = pytest.mark.parametrize("name", ["labelled", "points"])
SIGNATURES = pytest.mark.parametrize(
    "signature", ["serving_default", "generate", "discriminate"]
)


@NAMES
@SIGNATURES
def test_odd_requests_end_well(served, name, signature):
    serving = served(name).serving
    good = serving.example()[signature]
    assert_odd_requests_end_well(serving.endpoints[signature], good, 30)


@pytest.mark.slow
@NAMES
@SIGNATURES
def test_many_odd_requests_end_well(served, name, signature):
    serving = served(name).serving
    good = serving.example()[signature]
    assert_odd_requests_end_well(serving.endpoints[signature], good, 1_000, seed=1)
    assert_memory_stays(serving.endpoints[signature], good, 10_000)


@NAMES
@pytest.mark.parametrize("signature", ["generate", "discriminate"])
def test_rows_are_answered_alone(served, name, signature):
    latents = RANDOM.normal(size=(257, 4)).astype("float32")
    request = {"latents": latents}
    if signature == "discriminate":
        request = {"samples": latents[:, :2]}
        if name == "labelled":
            request = {"images": RANDOM.integers(0, 256, (257, 5, 4, 1), "uint8")}
    if name == "labelled":
        request["label"] = np.arange(257, dtype="int32") % 3
    function = served(name).serving.endpoints[signature]
    assert_rows_are_answered_alone(function, request)


@pytest.mark.slow
@pytest.mark.parametrize("networks", ["dcgan", "residual"])
def test_convolutions_answer_no_rows_with_none(networks):
    config = NetworkConfig(networks, latent_size=4, base_width=8)
    serving = ServingGAN(make_gan((8, 8, 1), 2, networks=config))
    for signature, request in serving.example().items():
        if "count" in request:
            request["count"] = np.int32(0)
        else:
            (name,) = request.keys() - {"label"}
            request[name] = request[name][:0]
        for label in (request["label"], request["label"][:0]):
            answer = ask(serving.endpoints[signature], {**request, "label": label})
            assert {len(value) for value in answer.values()} == {0}
