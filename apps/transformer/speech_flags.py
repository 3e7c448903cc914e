"""Flags of Transformers that hear: their sound, their networks, their search."""

from absl import flags

from apps.cli.parsers import keys_of
from apps.cli.sections import DATA
from apps.cli.sections import EVALUATION
from apps.cli.sections import MODEL
from apps.cli.sections import TRAINING
from apps.cli.sections import section

section(DATA)
flags.DEFINE_integer(
    "sample_rate",
    16_000,
    "Samples in a second, to which all sounds are brought.",
    lower_bound=4_000,
    upper_bound=192_000,
)
flags.DEFINE_float(
    "seconds_per_batch",
    120.0,
    "Most seconds of a step, with padding, over all devices.",
    lower_bound=0.1,
)
flags.DEFINE_float(
    "max_seconds",
    30.0,
    "Longest sound of training. Longer ones are left out.",
    lower_bound=0.1,
)
section(TRAINING)
flags.DEFINE_boolean(
    "speed_perturbation",
    False,
    "Trains on each sound at 0.9 and 1.1 of its speed, too.",
)
flags.DEFINE_boolean("spec_augment", True, "Masks times and bands of the spectrogram.")
flags.DEFINE_boolean(
    "random_noise",
    False,
    "classify, of sounds: makes each sound of training louder or quieter by up to 6 "
    "dB and adds white noise, 10 to 40 dB below it, other each time.",
)
flags.DEFINE_float(
    "silence_seconds",
    0.05,
    "classify, of sounds: most seconds of silence before and after each sound of "
    "training, other each time.",
    lower_bound=0.0,
    upper_bound=10.0,
)
flags.DEFINE_float(
    "ctc_weight",
    0.3,
    "speech: share of the frames' loss, and in --decoding=joint of their score, beside "
    "the decoder's.",
    0.0,
    1.0,
)
section(MODEL)
flags.DEFINE_enum(
    "encoder",
    "conformer",
    keys_of("kerazoo.models.transformer.networks.sound_network", "ENCODERS"),
    "Blocks that read the sound.",
)
flags.DEFINE_integer(
    "num_mels", 80, "Bands of the spectrogram.", lower_bound=8, upper_bound=256
)
flags.DEFINE_integer(
    "subsampling",
    4,
    "Frames of 10 ms that become one, 2, 4 or 8.",
    lower_bound=2,
    upper_bound=8,
)
flags.DEFINE_integer(
    "kernel_size",
    31,
    "Frames that a convolution of the Conformer sees, an odd number.",
    lower_bound=1,
)
flags.DEFINE_float(
    "chunk_seconds",
    None,
    "speech: hears at most so much of what follows before it writes, so that "
    "apps.transcribe --stream can write while a sound goes on. Default: all.",
)
section(EVALUATION)
flags.DEFINE_enum(
    "decoding",
    "ctc_beam",
    keys_of("kerazoo.models.transformer.transcription", "DECODINGS"),
    "speech: what texts are searched by. ctc_greedy: the likeliest token of each "
    "frame; ctc_beam: all ways to place a text; attention: the decoder of "
    "--decoder_layers; joint: both.",
)
flags.DEFINE_float(
    "language_model_weight",
    0.0,
    "speech: weight of a language model of the transcripts in the search.",
    lower_bound=0.0,
)
flags.DEFINE_integer(
    "language_model_order",
    6,
    "speech: tokens of the language model's longest n-gram.",
    lower_bound=1,
)
flags.DEFINE_float(
    "word_bonus",
    0.0,
    "speech: what each further word adds to the score, with a language model.",
)

# Of all sounds, of those with transcripts, of those with classes.
OF_SOUND = (
    *("sample_rate", "seconds_per_batch", "max_seconds", "speed_perturbation"),
    *("spec_augment", "encoder", "num_mels", "subsampling", "kernel_size"),
)
OF_TRANSCRIPTS = (
    *("ctc_weight", "decoding", "language_model_weight", "language_model_order"),
    *("word_bonus", "chunk_seconds"),
)
OF_CLASSES = "random_noise", "silence_seconds"
# What a resumed run may change: it is of the search alone.
OF_SEARCH = "decoding", "language_model_weight", "language_model_order", "word_bonus"
