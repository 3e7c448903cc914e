"""Pictures in the folder of a run and in TensorBoard."""

import operator
import pathlib

import tensorflow as tf
from tensorboard.plugins.image import metadata

from kerazoo.atomic_files import write_whole

_GIF = b"GIF8"  # What such a file begins with.


def write_picture(
    folder: pathlib.Path,
    summaries: "tf.summary.SummaryWriter",
    name: str,
    picture: bytes,
    step: int,
) -> None:
    """Writes a picture to `<name>.png` or `<name>.gif` and TensorBoard.

    Args:
        folder: Of the file.
        summaries: Writer to TensorBoard.
        name: Name without ending.
        picture: PNG; or GIF, which moves in TensorBoard, too.
        step: Optimizer steps done.

    Example:

    ```python
    import pathlib

    import tensorflow as tf

    png = tf.io.encode_png(tf.zeros((2, 2, 3), tf.uint8)).numpy()
    summaries = tf.summary.create_file_writer("runs/black/tensorboard")
    write_picture(pathlib.Path("runs/black"), summaries, "black", png, step=0)
    ```
    """
    is_gif = picture.startswith(_GIF)
    ending = "gif" if is_gif else "png"
    write_whole(
        folder / f"{name}.{ending}", operator.methodcaller("write_bytes", picture)
    )
    with summaries.as_default(step=step):
        if not is_gif:
            tf.summary.image(name, tf.io.decode_png(picture, channels=3)[tf.newaxis])
            return
        # As tf.summary.image has it, which would write the frames one beside the other.
        width, height = (int.from_bytes(picture[i : i + 2], "little") for i in (6, 8))
        described = metadata.create_summary_metadata(
            display_name=None, description=None
        )
        tensor = tf.constant([str(width), str(height), picture])
        tf.summary.write(name, tensor, metadata=described)
