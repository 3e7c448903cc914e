"""Files of images, decoded within a served graph."""

import numpy as np
import tensorflow as tf

from kerazoo.serving.request_checks import all_fit
from kerazoo.serving.request_checks import checked

_HEADER = 26  # Bytes, in which all but JPEG say their size.
_BEGINS = {
    "png": b"\x89PNG\r\n\x1a\n",
    "jpeg": b"\xff\xd8\xff",
    "gif": b"GIF8",
    "bmp": b"BM",
}
_AT_A_TIME = 4  # Files are much larger when they are decoded.


def decode_images(
    image_bytes: tf.Tensor,
    image_shape: tuple[int, int, int],
    max_pixels: int,
    name: str = "image_bytes",
) -> tf.Tensor:
    """Returns the images of files, brought to one size.

    How large an image is, its file says at the beginning: none that is too large gets
    decoded.

    Args:
        image_bytes: string tensor `(B,)`, PNG, JPEG, GIF or BMP files.
        image_shape: `(H, W, C)` of the images to return.
        max_pixels: Most pixels of a file; of a GIF, those of its screen.
        name: Name of the input, for errors.

    Returns:
        float32 `(B, H, W, C)` from 0 to 255.

    Raises:
        tf.errors.InvalidArgumentError: If one is no such file, damaged or too large; in
            a graph when it runs.

    Example:

    ```python
    file = tf.io.encode_png(tf.zeros((16, 32, 1), tf.uint8))
    decode_images([file], (8, 8, 1), max_pixels=1_000)  # (1, 8, 8, 1)
    ```
    """
    height, width, channels = image_shape
    image_bytes = tf.convert_to_tensor(image_bytes)
    is_known = tf.reduce_any([_is(kind, image_bytes) for kind in _BEGINS], axis=0)
    sizes = tf.strings.length(image_bytes)
    expected = "be a PNG, JPEG, GIF or BMP file, not other bytes"
    image_bytes = checked(image_bytes, [all_fit(name, sizes, is_known, expected)])
    with tf.name_scope(name):  # So errors of decoding name the input, too.
        pixels = _num_pixels(image_bytes)
    expected = f"have at most {max_pixels} pixels in a file"
    check = all_fit(name, pixels, pixels <= max_pixels, expected)
    image_bytes = checked(image_bytes, [check])

    def decode(data):
        with tf.name_scope(name):
            image = tf.io.decode_image(data, channels, expand_animations=False)
        image.set_shape((None, None, channels))
        return tf.image.resize(image, (height, width), antialias=True)

    images = tf.map_fn(
        decode,
        image_bytes,
        fn_output_signature=tf.float32,
        parallel_iterations=_AT_A_TIME,
    )
    return tf.ensure_shape(images, (None, *image_shape))


def _is(kind, data):
    begin = _BEGINS[kind]
    return tf.equal(tf.strings.substr(data, 0, len(begin)), begin)


def _num_pixels(data):
    """Returns how many pixels files say that they have, int64 `(B,)`."""
    header = tf.io.decode_raw(data, tf.uint8, fixed_length=_HEADER)
    header = tf.cast(tf.reshape(header, (-1, _HEADER)), tf.int64)  # Of no rows, too.

    def number(*places):
        """Returns the numbers of some bytes, the largest first."""
        powers = 256 ** np.arange(len(places))[::-1]
        return tf.reduce_sum(tf.gather(header, places, axis=1) * powers, axis=1)

    png = number(16, 17, 18, 19) * number(20, 21, 22, 23)
    gif = number(7, 6) * number(9, 8)
    # The height of lines from the top is negative.
    bmp = number(21, 20, 19, 18) * tf.abs(_signed(number(25, 24, 23, 22)))
    pixels = tf.where(_is("png", data), png, tf.where(_is("gif", data), gif, bmp))
    places = tf.where(_is("jpeg", data))
    # Only these say it further in.
    jpeg = tf.map_fn(
        lambda data: tf.reduce_prod(tf.io.extract_jpeg_shape(data, tf.int64)[:2]),
        tf.gather_nd(data, places),
        fn_output_signature=tf.int64,
    )
    return tf.tensor_scatter_nd_update(pixels, places, jpeg)


def _signed(number):
    """Returns the int32 of 32 bits."""
    return tf.where(number < 2**31, number, number - 2**32)
