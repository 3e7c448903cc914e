"""Sound that is faster or slower."""

import fractions
import typing

import numpy as np

from kerazoo.data.sound.resampling import resampled
from kerazoo.data.sound.transcribed_sound import Utterances

SPEEDS = (0.9, 1.0, 1.1)  # As speech recognisers train on.
_FINEST = 1_000  # Largest denominator of a speed.


def speed_perturbed(samples: np.ndarray, speed: float) -> np.ndarray:
    """Plays samples faster and higher, or slower and lower.

    The augmentation of
    [Ko et al., 2015](https://www.isca-archive.org/interspeech_2015/ko15_interspeech.html),
    Section 2.2, by resampling.

    Args:
        samples: float array `(T,)`.
        speed: 1.1 makes it a tenth faster, rounded to a fraction of small numbers.

    Returns:
        float32 array `(ceil(T / speed),)`.

    Raises:
        ValueError: If the speed is not from 0.1 to 10.

    Example:

    ```python
    import numpy as np
    from kerazoo.data.sound import speed_perturbed

    speed_perturbed(np.zeros(900, "float32"), 0.9).shape  # (1000,)
    ```
    """
    if not 0.1 <= speed <= 10:
        raise ValueError(f"`speed` must be from 0.1 to 10. Received: speed={speed}")
    ratio = fractions.Fraction(speed).limit_denominator(_FINEST)
    return resampled(samples, ratio.numerator, ratio.denominator)


def speed_copies(
    utterances: Utterances, speeds: typing.Sequence[float] = SPEEDS
) -> Utterances:
    """Returns utterances at several speeds each, as speech recognisers train on.

    A speaker at another speed counts as another one.

    Args:
        utterances: `Utterances`.
        speeds: Each gives a copy of all.

    Returns:
        `Utterances`, as many times more.

    Raises:
        ValueError: As `speed_perturbed` does.

    Example:

    ```python
    import numpy as np
    from kerazoo.data.sound import Utterances
    from kerazoo.data.sound import speed_copies

    utterances = Utterances([np.zeros(900, "float32")], ["yes"])
    speed_copies(utterances).texts  # ["yes", "yes", "yes"]
    ```
    """
    speakers = utterances.speakers
    return Utterances(
        [speed_perturbed(sound, s) for s in speeds for sound in utterances.sounds],
        [text for _ in speeds for text in utterances.texts],
        None
        if speakers is None
        else [who if s == 1 else f"{who}@{s:g}" for s in speeds for who in speakers],
    )
