"""Measures exports that write what is said, by transcripts."""

import itertools

from apps.cli import errors
from apps.evaluation import flags
from apps.shared_flags import data

_AT_A_TIME = 64  # Sounds.


def measure(version, metadata):
    """Returns the error rates of an export, of the test or of all sounds.

    Args:
        version: Path of the export.
        metadata: dict of what was noted about it.

    Raises:
        UserError: If the sounds or the export cannot be read.
    """
    with errors.heavy_imports("sound"):
        from kerazoo.data.sound.loading import load_transcribed_sound
        from kerazoo.evaluation.text.transcription import transcription_scores
        from kerazoo.progress import track
        from kerazoo.tasks.transformer.transcriber import Transcriber
        from kerazoo.text.normalization import as_vocabularies_see

        name, path = data.DATASET.value, data.DATA_DIR.value
        if name is None:
            name = metadata["dataset"] if path is None else "files"
        with errors.user_errors():
            sound = load_transcribed_sound(name, path, metadata["sample_rate"])
            transcriber = Transcriber(version, metadata)
    parts = [sound.test or sound.validation]
    if flags.PART.value == "all":
        parts = [p for p in (sound.train, sound.validation, sound.test) if p]
    sounds = list(itertools.chain(*(part.sounds for part in parts)))
    references = list(itertools.chain(*(part.texts for part in parts)))
    found = []
    starts = range(0, len(sounds), _AT_A_TIME)
    for start in track(starts, "Sounds", len(sounds), "sounds", lambda _: _AT_A_TIME):
        found += transcriber(sounds[start : start + _AT_A_TIME])
    lower_case = metadata.get("lower_case", False)
    hypotheses, references = (
        [as_vocabularies_see(text, lower_case) for text in texts]
        for texts in ([rows[0][0] for rows in found], references)
    )
    return {
        **transcription_scores(hypotheses, references),
        "examples": len(sounds),
        "dataset": sound.name,
        "part": flags.PART.value,
    }
