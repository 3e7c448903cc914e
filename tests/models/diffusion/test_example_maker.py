"""Many images, batch by batch."""

import numpy as np
import pytest

from kerazoo.models.diffusion.example_maker import ExampleMaker
from kerazoo.models.diffusion.generation import generate
from kerazoo.training.batch_seed import batch_seed
from tests.models.diffusion.tiny_network import tiny_diffusion

SHAPE = (2, 3, 1)


def test_generated_images_are_those_of_generate():
    model = tiny_diffusion(num_classes=3)
    sampling = {"steps": 3, "sampler": "ddim", "guidance": 2.0}
    maker = ExampleMaker(model, batch_size=2, **sampling)
    labels = np.arange(5, dtype="int32") % 3
    found = maker(5, seed=7, labels=labels)
    assert found.shape == (5, *SHAPE) and found.dtype == "float32"
    expected = np.concatenate(
        [
            generate(model, 2, batch_seed(7, k), labels=np.array(own), **sampling)
            for k, own in enumerate(([0, 1], [2, 0], [1, 0]))
        ]
    )[:5]
    np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_array_equal(maker(5, 7, labels), found)
    sampling["guidance"] = 1.0
    unlabelled = ExampleMaker(model, **sampling)(3, 7)
    np.testing.assert_allclose(
        unlabelled, generate(model, 100, 7, **sampling)[:3], atol=1e-5
    )
    with pytest.raises(ValueError, match="positive. Received: count=0"):
        maker(0, 7)
