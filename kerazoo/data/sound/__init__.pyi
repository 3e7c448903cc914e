from .augmentation import augment_sound
from .augmented_batches import augment_sounds
from .finding import holds_sounds
from .finding import sound_paths
from .joined_sounds import digit_strings
from .labelled_sound import LabelledSound
from .labelled_sound_files import labelled_files
from .loading import load_labelled_sound
from .loading import load_transcribed_sound
from .long_sounds import quiet_pieces
from .mixing import mixed
from .mixing import with_gain
from .mono_sound import read_mono
from .resampling import resampled
from .sound_buckets import SoundBuckets
from .sound_file import Sound
from .sound_file import read_sound_file
from .sound_names import is_sound
from .speed import speed_copies
from .speed import speed_perturbed
from .tfds_sound import tfds_labelled_sound
from .tfds_sound import tfds_transcribed_sound
from .tone_spelling import single_tone_letters
from .tone_spelling import tone_letters
from .transcribed_sound import TranscribedSound
from .transcribed_sound import Utterances
from .transcribed_sound_files import transcribed_files
from .wav_stream import wav_pieces
from .wav_writing import wav_bytes

__all__ = [
    "LabelledSound",
    "Sound",
    "SoundBuckets",
    "TranscribedSound",
    "Utterances",
    "augment_sound",
    "augment_sounds",
    "digit_strings",
    "holds_sounds",
    "is_sound",
    "labelled_files",
    "load_labelled_sound",
    "load_transcribed_sound",
    "mixed",
    "quiet_pieces",
    "read_mono",
    "read_sound_file",
    "resampled",
    "single_tone_letters",
    "sound_paths",
    "speed_copies",
    "speed_perturbed",
    "tfds_labelled_sound",
    "tfds_transcribed_sound",
    "tone_letters",
    "transcribed_files",
    "wav_bytes",
    "wav_pieces",
    "with_gain",
]
