"""Tiny models of numbers, texts and images, exported for servers."""

import tensorflow as tf

from kerazoo.serving.exporting import export


class Numbers(tf.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = tf.Variable(float(factor))

    @tf.function(input_signature=[tf.TensorSpec((None, 2), tf.float32, "x")])
    def scale(self, x):
        is_large = tf.reduce_any(x > 1e6)
        tf.debugging.assert_equal(is_large, False, "x must be small.")
        return {"y": self.factor * x}

    @tf.function(
        input_signature=[
            tf.TensorSpec((None,), tf.int32, "x"),
            tf.TensorSpec((), tf.int32, "by"),
            tf.TensorSpec((None,), tf.bool, "up"),
        ]
    )
    def shift(self, x, by, up):
        moved = tf.where(up, x + by, x - by)
        ratio = tf.cast(x, tf.float32) / tf.cast(by, tf.float32)
        return {"moved": moved, "ratio": ratio, "up": tf.logical_not(up)}


class Texts(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec((None,), tf.string, "text")])
    def upper(self, text):
        table = tf.stack([text, tf.strings.upper(text, "utf-8")], axis=1)
        return {"upper": table, "length": tf.strings.length(text, "UTF8_CHAR")}


class Images(tf.Module):
    @tf.function(input_signature=[tf.TensorSpec((None, 4, 4, 1), tf.uint8, "images")])
    def invert(self, images):
        images = 255 - images
        encode = tf.image.encode_png
        files = tf.map_fn(encode, images, fn_output_signature=tf.string)
        return {"images": images, "png_bytes": files}

    @tf.function(input_signature=[tf.TensorSpec((None,), tf.string, "image_bytes")])
    def brightness(self, image_bytes):
        def mean(file):
            return tf.reduce_mean(tf.cast(tf.io.decode_png(file, 1), tf.float32))

        return {"mean": tf.map_fn(mean, image_bytes, fn_output_signature=tf.float32)}


def export_models(folder):
    """Writes three versions of `numbers`, one of `texts` and one of `images`."""
    for factor in (1, 2, 3):
        numbers = Numbers(factor)
        signatures = {"serving_default": numbers.scale, "shift": numbers.shift}
        export(numbers, signatures, folder / "numbers")
    texts, images = Texts(), Images()
    export(texts, {"serving_default": texts.upper}, folder / "texts")
    signatures = {"serving_default": images.invert, "classify": images.brightness}
    export(images, signatures, folder / "images")
