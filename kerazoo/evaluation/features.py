"""What every measure expects of features."""

import numpy as np
import numpy.typing as npt


def check_features(
    name: str, features: npt.ArrayLike, more_than: int = 1
) -> np.ndarray:
    """Returns features as float64 array `(N, D)`.

    Args:
        name: str. What they are called in errors.
        features: array `(N, D)`.
        more_than: int. N must be greater.

    Raises:
        ValueError: If it is no such array, or has values that are not finite.
    """
    features = np.asarray(features, np.float64)
    if features.ndim != 2 or not features.shape[-1] or len(features) <= more_than:
        raise ValueError(
            f"`{name}` must be (N, D) with N above {more_than}. "
            f"Received: shape={features.shape}"
        )
    for row, column in np.argwhere(~np.isfinite(features)):
        raise ValueError(
            f"`{name}` must be finite. "
            f"Received: {name}[{row}, {column}]={features[row, column]}"
        )
    return features


def check_pair(
    real_features: npt.ArrayLike, fake_features: npt.ArrayLike, more_than: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Returns features of real and generated images, checked, as float64 arrays.

    Raises:
        ValueError: As `check_features`, or if they have different numbers of features.
    """
    real = check_features("real_features", real_features, more_than)
    fake = check_features("fake_features", fake_features, more_than)
    check_same_size(real.shape[1], fake.shape[1])
    return real, fake


def check_same_size(real_size: int, fake_size: int) -> None:
    """Raises a ValueError if the two numbers of features differ."""
    if real_size != fake_size:
        raise ValueError(
            "Features must come from one extractor. "
            f"Received: {real_size} real and {fake_size} generated features"
        )
