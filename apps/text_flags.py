"""The flags of the apps that learn from texts."""

from absl import flags

SOURCE_LANGUAGE = flags.DEFINE_string(
    "source_language", "source", "Ending of the files to translate from, as en."
)
TARGET_LANGUAGE = flags.DEFINE_string(
    "target_language", "target", "Ending of the files to translate to, as de."
)
LOCALES = flags.DEFINE_list(
    "locales", [], "Dates: locales to write them in, as de_DE,fr_FR. Default: many."
)
VOCABULARY = flags.DEFINE_enum(
    "vocabulary",
    None,
    ["bpe", "unigram", "words", "characters"],
    "Kind of tokens. words: those between spaces, all but the most frequent unknown; "
    "classify only. Default: bpe; of --task=generate characters.",
)
VOCABULARY_SIZE = flags.DEFINE_integer(
    "vocabulary_size", 8_000, "Number of tokens, except of characters.", lower_bound=5
)
SPLIT_DIGITS = flags.DEFINE_boolean(
    "split_digits", True, "Makes each digit a token of its own."
)
LOWER_CASE = flags.DEFINE_boolean("lower_case", False, "Makes all text lower case.")
TOKENS_PER_BATCH = flags.DEFINE_integer(
    "tokens_per_batch",
    4_096,
    "translate, classify: most tokens of a step, with padding, over all devices.",
    lower_bound=1,
)
NUM_BUCKETS = flags.DEFINE_integer(
    "num_buckets", 6, "Lengths that batches of texts are padded to.", lower_bound=1
)
MAX_LENGTH = flags.DEFINE_integer(
    "max_length",
    128,
    "Most tokens of a text. Longer pairs are left out of training, longer texts of "
    "--task=classify cut off.",
    lower_bound=2,
)
BLOCK_SIZE = flags.DEFINE_integer(
    "block_size", 64, "generate: tokens that the model sees at once.", lower_bound=3
)
BEAM_SIZE = flags.DEFINE_integer(
    "beam_size", 4, "Beams of translations.", lower_bound=1
)
LENGTH_PENALTY = flags.DEFINE_float(
    "length_penalty", 1.0, "Power of the length that scores are divided by.", 0.0
)
EVAL_SENTENCES = flags.DEFINE_integer(
    "eval_sentences",
    500,
    "Sentences of the validation data to translate at each evaluation.",
    lower_bound=0,
)
