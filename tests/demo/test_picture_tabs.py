"""The parts of the page of models that make pictures and points."""

import itertools
import re

import numpy as np
import pytest

from kerazoo.demo.diffusion_tab import DiffusionTab
from kerazoo.demo.diffusion_tab import stages
from kerazoo.demo.export import Export
from kerazoo.demo.gan_tab import GANTab
from kerazoo.demo.points_tab import PointsTab
from kerazoo.models.gan.latents import sample_latents
from kerazoo.models.gan.serving_gan import ServingGAN
from kerazoo.serving.exporting import export
from tests.demo.exports import exports
from tests.demo.html_parts import captions_of
from tests.demo.html_parts import pictures_of
from tests.models.gan.tiny_gan import tiny_gan


@pytest.mark.parametrize(
    ("steps", "expected"),
    [(1, [1]), (2, [1, 2]), (5, [1, 2, 4, 5]), (20, [1, 2, 4, 8, 16, 20])],
)
def test_stages_double(steps, expected):
    assert stages(steps) == expected


def colors(text):
    return [int(picture[0, 0]) for picture in pictures_of(text)]


def test_noise_becomes_pictures_with_more_steps():
    tab = DiffusionTab(exports()["diffusion"])
    seen = list(tab.generate(2, 7, 5, label=3, guidance=2.0))
    # 100 + 10 label + guidance + steps + seed, see `exports`.
    assert [colors(pictures) for pictures, *_ in seen] == [
        [139 + steps] * 2 for steps in (1, 2, 4, 5)
    ]
    _, last, answered = seen[-1]
    assert colors(last) == [140, 141, 143, 144]
    assert captions_of(last) == ["1 step", "2 steps", "4 steps", "5 steps"]
    assert "4 requests" in answered


def test_gan_makes_pictures_of_a_class():
    pictures, answered = GANTab(exports()["gan"]).generate(3, 5, 0.0, label=4)
    latents = sample_latents(3, 3, 5).numpy()
    assert colors(pictures) == np.rint(104 + 10 * latents[:, 0]).tolist()
    assert "Answered" in answered


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """The part of the page of a GAN that has learnt nothing."""
    model = tiny_gan((5, 4, 1), num_classes=3)
    random = np.random.default_rng(0)
    model.generator.set_weights(
        [w + random.normal(0, 0.3, w.shape) for w in model.generator.get_weights()]
    )
    serving = ServingGAN(model)
    folder = tmp_path_factory.mktemp("models") / "gan"
    version = export(serving.module, serving.endpoints, folder)
    metadata = {"num_classes": 3, "latent_size": model.latent_size}
    return GANTab(Export("gan", version, metadata))


@pytest.mark.parametrize("label", [-1, 2])
@pytest.mark.parametrize("truncation", [0.0, 0.5])
def test_way_between_seeds_begins_and_ends_with_their_pictures(real, label, truncation):
    way = pictures_of(real.interpolate(1, 2, truncation, label)[0])
    made = [real.generate(1, seed, truncation, label)[0] for seed in (1, 2)]
    ends = [pictures_of(one)[0] for one in made]
    assert len(way) == 9
    np.testing.assert_array_equal(way[0], ends[0])
    if label >= 0:  # Otherwise both ends have the class of the first.
        np.testing.assert_array_equal(way[-1], ends[1])
        assert (ends[0] != ends[1]).any()
    assert any((a != b).any() for a, b in itertools.pairwise(way))


def test_points_are_drawn_to_scale():
    picture, _ = PointsTab(exports()["points"]).generate(50, 3, 2.0)
    found = re.findall(r'<circle cx="([-\d.]+)" cy="([-\d.]+)"', picture)
    drawn = np.array(found, float) - 200
    points = sample_latents(50, 2, 3, 2.0).numpy() * [1, -1]  # Up is less, on a page.
    scale = drawn[0, 0] / points[0, 0]
    assert scale > 0
    np.testing.assert_allclose(drawn, points * scale, atol=0.5)
    assert 170 < np.abs(drawn).max() < 200
