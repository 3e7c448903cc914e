"""Why a loss is no longer finite."""

import keras


def likely_cause(step: int) -> str:
    """Returns what a loss that is not finite most often comes from, and the remedy.

    Args:
        step: int. The first step of such a loss, from 1.
    """
    if keras.config.dtype_policy().compute_dtype == "float16":
        return (
            "The likely cause: numbers beyond 65,504, the largest of float16. Try "
            "mixed_bfloat16, or a lower learning rate, in another folder."
        )
    if step == 1:
        return (
            "The likely cause: values of the data that are not finite or very large, "
            "as no step was taken before. Look at the data; then try a lower learning "
            "rate, in another folder."
        )
    return (
        "The likely cause: a learning rate that is too high. Try a lower learning "
        "rate, in another folder."
    )
