r"""Writes what is said in sound files, with an exported model: a line for each.

    python -m apps.transcribe recording.wav another.flac
    python -m apps.transcribe --n_best=3 recording.wav
    ls recordings/*.wav | python -m apps.transcribe
    arecord -d 5 -r 16000 -f S16_LE | python -m apps.transcribe -
    arecord -r 16000 -f S16_LE | python -m apps.transcribe --stream -

Files are WAV, FLAC, OGG, MP3 or AIFF of any rate; long ones are cut where it is quiet.
Without names of files it reads them from standard input, one a line; `-` stands for a
sound there. With --n_best a file gives as many lines, each `score<TAB>text`, best
first. A file that cannot be read gives a blank line and a warning.

With --stream the text of one file or of `-` grows while the sound goes on, where a
model was trained with --chunk_seconds: the likeliest token of each frame. There `-` is
a WAV of 16 bits, one channel and the model's rate, of any length.
"""

import itertools
import os
import queue
import sys
import threading
import typing

from absl import flags

from apps.cli import errors
from apps.cli import exports
from apps.cli.launch import launch
from apps.cli.parsers import declare
from apps.cli.sections import RUN
from apps.cli.sections import section
from apps.shared_flags import search

declare(search.N_BEST, search.GREEDY)
section(RUN)
_FILES = flags.DEFINE_integer(
    "files_per_batch", 8, "Files that are transcribed at a time.", lower_bound=1
)
_STREAM = flags.DEFINE_boolean(
    "stream",
    False,
    "Writes while the sound goes on, with a model of --chunk_seconds.",
)
flags.adopt_module_key_flags(exports)

DEFAULTS = {"saved_model": "saved_models/transformer_tone_letters"}
TABLES: dict[str, typing.Any] = {
    "texts": {
        "n_best": (
            "Prints so many texts of each file, with scores; 0 for the best alone."
        ),
        "greedy": "Takes the likeliest token of each frame: faster than a search.",
    },
    "words": 1_000_000,
}


def main(*names):
    if search.N_BEST.value and search.GREEDY.value:
        raise errors.UserError("--n_best does not go with --greedy, which has one.")
    if _STREAM.value:
        check_stream(names)
    with errors.user_errors():
        path, metadata = exports.find_export("transformer")
        if metadata["task"] == "classify_sound":
            raise ValueError(
                f"--saved_model={path} tells classes of sounds apart and writes no "
                "text: use python -m apps.predict."
            )
        if metadata["task"] != "speech":
            raise ValueError(
                f"--saved_model={path} is of --task={metadata['task']}: it does not "
                "hear."
            )
        beams = 0 if metadata["decoding"] == "ctc_greedy" else metadata["beam_size"]
        n_best = search.N_BEST.value
        if n_best > beams:
            raise ValueError(
                f"--n_best={n_best} must be at most {beams}, the beams that the model "
                "was exported with: export it with a larger --beam_size."
            )
    if _STREAM.value:
        stream(names[0], path, metadata)
        return
    if len(names) == 1 and names[0] != "-":
        with errors.user_errors(), errors.user_packages("sound"):
            read(names[0], metadata["sample_rate"])  # Before TensorFlow's import.
    with errors.heavy_imports("sound"):
        from kerazoo.tasks.transformer.transcriber import Transcriber
    with errors.user_errors():
        transcriber = Transcriber(path, metadata)
    read_any = False
    size = _FILES.value if names or not sys.stdin.isatty() else 1
    try:
        for part in batches(names or lines(), size):
            read_any |= transcribe(transcriber, part)
    except BrokenPipeError:  # Whoever reads has enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    if not read_any:
        raise errors.UserError("There was no file that could be read.")


def check_stream(names):
    """Refuses what does not go with --stream."""
    if search.N_BEST.value:
        raise errors.UserError("--n_best does not go with --stream, which has one.")
    if len(names) != 1:
        raise errors.UserError(
            "--stream takes the name of one file, or `-` for a sound at standard "
            f"input. Received: {len(names)} names."
        )


def stream(name, path, metadata):
    """Prints the text of a sound while it goes on."""
    if "chunk_samples" not in metadata:
        raise errors.UserError(
            f"--stream needs a model that was trained with --chunk_seconds, as that of "
            f"--saved_model={path} was not."
        )
    with errors.user_errors(), errors.user_packages("sound"):
        pieces = stream_pieces(name, metadata["sample_rate"], metadata["chunk_samples"])
        first = next(pieces)  # Before TensorFlow's import.
    with errors.heavy_imports("sound"):
        import tensorflow_text  # noqa: F401  Its operations are in the models.

        from kerazoo.models.transformer.streaming import StreamingRecognizer
        from kerazoo.serving.signatures import load_signatures
    with errors.user_errors():
        hear = StreamingRecognizer(load_signatures(path), metadata["chunk_samples"])
    printed = ""
    try:
        for piece in itertools.chain([first], pieces):
            printed = print_on(printed, hear(piece))
        print_on(printed, hear.finish())
        print(flush=True)
    except BrokenPipeError:  # Whoever reads has enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def stream_pieces(name, sample_rate, size):
    """Gives the samples of a sound, so many at a time."""
    if name == "-":
        from kerazoo.data.sound.wav_stream import wav_pieces

        yield from read_ahead(wav_pieces(sys.stdin.buffer, sample_rate, size))
        return
    samples = read(name, sample_rate)
    for start in range(0, len(samples), size):
        yield samples[start : start + size]


def read_ahead(pieces):
    """Gives what a thread reads: a microphone does not wait for TensorFlow."""
    found = queue.SimpleQueue()

    def fill():
        try:
            for piece in pieces:
                found.put(piece)
            found.put(None)
        except Exception as error:
            found.put(error)

    threading.Thread(target=fill, daemon=True).start()
    while (piece := found.get()) is not None:
        if isinstance(piece, Exception):
            raise piece
        yield piece


def print_on(printed, text):
    """Prints what a text has more than what is printed; returns the text."""
    if not text.startswith(printed):  # Characters that were not whole before.
        print()
        printed = ""
    print(text[len(printed) :], end="", flush=True)
    return text


def lines():
    """Gives the lines of standard input that are not blank."""
    for line in sys.stdin:
        if name := line.strip():
            yield name


def batches(names, size):
    """Gives lists of names."""
    part = []
    for name in names:
        part.append(name)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part


def read(name, sample_rate):
    """Returns the samples of a file, or of standard input.

    Raises:
        OSError: If it is not there or cannot be opened.
        ValueError: If it is no sound.
    """
    from kerazoo.data.sound.mono_sound import read_mono

    try:
        return read_mono(sys.stdin.buffer if name == "-" else name, sample_rate)
    except IsADirectoryError:
        raise IsADirectoryError(
            f"{name} is a folder: give its files, as {name.rstrip('/')}/*.wav."
        ) from None
    except FileNotFoundError:
        raise FileNotFoundError(f"{name} is no file that is there.") from None


def transcribe(transcriber, names):
    """Prints the texts of files; returns whether one could be read."""
    sounds = {}
    for place, name in enumerate(names):
        try:
            with errors.user_packages("sound"):
                sounds[place] = read(name, transcriber.sample_rate)
        except (OSError, ValueError) as error:
            print(f"Warning: {' '.join(str(error).split())}", file=sys.stderr)
    found = {}
    if sounds:
        texts = transcriber(
            list(sounds.values()), search.N_BEST.value, search.GREEDY.value
        )
        found = dict(zip(sounds, texts))
    nothing = [("", 0.0)] * (search.N_BEST.value or 1)
    for place in range(len(names)):
        for text, score in found.get(place, nothing):
            text = " ".join(text.split())
            print(f"{score:.4f}\t{text}" if search.N_BEST.value else text, flush=True)
    return bool(sounds)


if __name__ == "__main__":
    launch(main, DEFAULTS, **TABLES)
