import pytest

from kerazoo.models.diffusion.networks import UNet
from kerazoo.models.gan.networks.sizes import halvings
from kerazoo.models.gan.networks.sizes import rounded_halves
from kerazoo.models.transformer.config import NetworkConfig
from kerazoo.tasks.image_sizes import sizes_of_gan
from kerazoo.tasks.image_sizes import sizes_of_levels
from kerazoo.tasks.image_sizes import sizes_of_patches

SIZES = [(side, side) for side in range(1, 41)] + [(8, 9), (9, 8), (12, 20), (4, 40)]


def takes(function, *args):
    try:
        function(*args)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("networks", ["dcgan", "residual", "compact"])
def test_sizes_of_gans_are_those_of_their_networks(networks):
    sizes = sizes_of_gan(networks)
    for height, width in SIZES:
        shape = height, width, 3
        is_taken = (
            takes(rounded_halves, shape, 3)
            if networks == "compact"
            else takes(halvings, shape)
        )
        assert sizes.fits(height, width) == is_taken, shape


def test_sizes_of_levels_and_patches_are_those_of_their_networks():
    levels = sizes_of_levels([16, 16, 16])
    factor, _ = UNet(widths=(16, 16, 16)).factors
    patches = sizes_of_patches(5)
    network = NetworkConfig(hidden_size=16, num_heads=2, patch_size=5)
    for height, width in SIZES:
        assert levels.fits(height, width) == (height % factor == width % factor == 0)
        is_taken = takes(network.image_classifier, (height, width, 1), 2)
        assert patches.fits(height, width) == is_taken


@pytest.mark.parametrize(
    "sizes, side, said",
    [
        (sizes_of_gan("dcgan"), 33, "a multiple of 2 and at least 6"),
        (sizes_of_gan("dcgan"), 33, "`networks`=dcgan, such as 32 or 34. Received: im"),
        (sizes_of_gan("dcgan"), 4, "such as 6."),
        (sizes_of_gan("compact"), 5, "must be at least 8 for"),
        (sizes_of_levels([32, 64, 64]), 30, "a multiple of 4 for the 3 levels of `wid"),
        (
            sizes_of_patches(7),
            32,
            "a multiple of 7 for `patch_size`=7, such as 28 or 35",
        ),
    ],
)
def test_side_that_does_not_fit_is_refused_with_those_near(sizes, side, said):
    with pytest.raises(ValueError, match="^`image_size` must be ") as raised:
        sizes.check_side(side)
    assert said in str(raised.value)


def test_images_that_do_not_fit_need_an_image_size():
    sizes = sizes_of_patches(4)
    sizes.check_shape((8, 12, 3))
    sizes.check_side(None)
    with pytest.raises(ValueError, match="8x13 pixels.*such as 8 or 12.*`image_size`"):
        sizes.check_shape((8, 13, 3))


@pytest.mark.parametrize(
    "found, side",
    [
        ([(28, 28)] * 3, None),  # One size that fits: kept.
        ([(28, 24)], None),
        ([(33, 33)] * 3, 32),
        ([(30, 41), (87, 60)], 24),
        ([(480, 640), (3000, 4000)], 32),
        ([(129, 129)], 32),
        ([(256, 256)], 32),
        ([(7, 9)], 8),
        ([(3, 3), (4, 4)], 8),
    ],
)
def test_size_of_a_folder_for_a_gan(found, side, caplog):
    sizes = sizes_of_gan("dcgan")
    with caplog.at_level("INFO", logger="kerazoo"):
        assert sizes.choose(found) == side
    assert side is None or sizes.fits(side, side)
    assert bool(caplog.text) == (side is not None)
    if side:
        assert f"they are brought to {side}x{side}. Give an `image_size`" in caplog.text


@pytest.mark.parametrize("patch_size, side", [(2, 32), (7, 28), (10, 10), (40, 40)])
def test_size_of_large_images_for_patches(patch_size, side):
    sizes = sizes_of_patches(patch_size)
    assert sizes.choose([(3000, 4000)]) == side
    assert sizes.fits(*[sizes.choose([(3000, 4000)])] * 2)
