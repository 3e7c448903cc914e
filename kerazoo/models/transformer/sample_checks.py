"""What requests with samples of sound must be."""

import tensorflow as tf

from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import Check
from kerazoo.serving.request_checks import all_fit
from kerazoo.serving.request_checks import has_rows
from kerazoo.serving.request_checks import has_rows_of
from kerazoo.serving.request_checks import is_finite


def sample_checks(
    samples: tf.Tensor, lengths: tf.Tensor, limits: Limits
) -> list[Check]:
    """Returns checks of the inputs `samples` and `lengths`.

    Args:
        samples: float32 `(B, N)`, from -1 to 1.
        lengths: int32 `(B,)`, how many of each row count.
        limits: What a request may ask for.

    Example:

    ```python
    from kerazoo.serving.limits import Limits
    from kerazoo.serving.request_checks import checked

    inputs = tf.zeros((2, 100)), tf.constant([100, 50])
    inputs = checked(inputs, sample_checks(*inputs, Limits()))
    ```
    """
    size = tf.shape(samples)[1]
    fits = (lengths >= 0) & (lengths <= size)
    expected = ["be from 0 to ", size, ", the samples of a row"]
    return [
        has_rows("samples", samples, limits.max_examples),
        has_rows_of("lengths", lengths, "`samples`", tf.shape(samples)[0]),
        is_finite("samples", samples, many=True),
        all_fit("lengths", lengths, fits, "")._replace(expected=expected),
    ]
