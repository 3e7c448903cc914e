"""Folders of sounds for tests."""

import numpy as np
from scipy.io import wavfile

RATE = 8_000


def write_tone(path, frequency=440, seconds=0.05, rate=RATE):
    """Writes a WAV file of one tone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    times = np.arange(int(seconds * rate)) / rate
    wave = np.sin(2 * np.pi * frequency * times)
    wavfile.write(path, rate, (20_000 * wave).astype("int16"))
