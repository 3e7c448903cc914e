import numpy as np
import pytest
from PIL import Image

from kerazoo.data.video.clip_file import read_clip_file

FRAMES = np.random.default_rng(0).integers(0, 256, (5, 6, 8, 3), "uint8")


@pytest.mark.parametrize("ending", ["png", "webp"])
def test_frames_come_back(tmp_path, ending):
    images = [Image.fromarray(frame) for frame in FRAMES]
    options = {"lossless": True} if ending == "webp" else {}
    path = tmp_path / f"clip.{ending}"
    images[0].save(path, save_all=True, append_images=images[1:], **options)
    np.testing.assert_array_equal(read_clip_file(path), FRAMES)


def test_one_picture_is_a_clip_of_one_frame(tmp_path):
    Image.fromarray(FRAMES[0, ..., 0]).save(tmp_path / "grey.png")
    clip = read_clip_file(tmp_path / "grey.png")
    np.testing.assert_array_equal(clip, FRAMES[:1, ..., :1].repeat(3, axis=-1))


def test_files_that_are_none(tmp_path):
    with pytest.raises(OSError, match="nothing"):
        read_clip_file(tmp_path / "nothing.gif")
    (tmp_path / "text.gif").write_text("no clip, but text")
    with pytest.raises(ValueError, match="text.gif"):
        read_clip_file(tmp_path / "text.gif")
    images = [Image.fromarray(frame) for frame in FRAMES]
    images[0].save(tmp_path / "cut.png", save_all=True, append_images=images[1:])
    content = (tmp_path / "cut.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match="cut.png"):
        read_clip_file(tmp_path / "cut.png")
