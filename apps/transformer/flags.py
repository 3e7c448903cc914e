"""Flags of Transformers: their texts, their networks, how they learn."""

from absl import flags

from apps.cli.parsers import keys_of
from apps.cli.sections import DATA
from apps.cli.sections import EVALUATION
from apps.cli.sections import MODEL
from apps.cli.sections import TRAINING
from apps.cli.sections import section

section(DATA)
flags.DEFINE_string(
    "source_language",
    "source",
    "Ending of the files to translate from, as en; column of a table, by name or "
    "number from 1.",
)
flags.DEFINE_string(
    "target_language", "target", "The same of what to translate to, as de."
)
flags.DEFINE_string(
    "text_column",
    None,
    "classify: column of the texts in a table, by name or number from 1. Default: the "
    "one called text, review and the like; of two the first.",
)
flags.DEFINE_string(
    "label_column",
    None,
    "classify: the same of labels. Default: of two the second.",
)
flags.DEFINE_boolean(
    "header",
    None,
    "classify: whether the first row of a table names its columns. Default: where it "
    "looks like names.",
)
flags.DEFINE_list(
    "locales", [], "Dates: locales to write them in, as de_DE,fr_FR. Default: many."
)
flags.DEFINE_enum(
    "vocabulary",
    None,
    [*keys_of("kerazoo.text.vocabulary", "KINDS"), "characters"],
    "Kind of tokens. words: those between spaces, all but the most frequent unknown; "
    "classify only. Default: bpe; of --task=generate and speech characters.",
)
flags.DEFINE_integer(
    "vocabulary_size",
    8_000,
    "Number of tokens, except of characters. The default is less where the text allows "
    "no more.",
    lower_bound=5,
)
flags.DEFINE_boolean("split_digits", True, "Makes each digit a token of its own.")
flags.DEFINE_boolean("lower_case", False, "Makes all text lower case.")
flags.DEFINE_integer(
    "tokens_per_batch",
    4_096,
    "translate, classify: most tokens of a step, with padding, over all devices. The "
    "default is more where a text needs it.",
    lower_bound=1,
)
flags.DEFINE_integer(
    "num_buckets", 6, "Lengths that batches of texts are padded to.", lower_bound=1
)
flags.DEFINE_integer(
    "max_length",
    128,
    "Most tokens of a text. Longer pairs are left out of training, longer texts of "
    "--task=classify cut off.",
    lower_bound=2,
)
flags.DEFINE_integer(
    "block_size",
    64,
    "generate: tokens that the model sees at once. The default is less where the text "
    "is short.",
    lower_bound=3,
)
section(EVALUATION)
flags.DEFINE_integer(
    "beam_size", 4, "Beams of translations and transcripts.", lower_bound=1
)
flags.DEFINE_float(
    "length_penalty", 1.0, "Power of the length that scores are divided by.", 0.0
)
flags.DEFINE_integer(
    "eval_sentences",
    500,
    "Sentences of the validation data to translate, or sounds to transcribe, at each "
    "evaluation.",
    lower_bound=0,
)
section(TRAINING)
flags.DEFINE_string(
    "class_weights",
    "none",
    "How much examples of a class count in the loss. none: all alike; balanced: a rare "
    "class as much as a frequent one; or name=weight,... or a table of names and "
    "weights, 1 of the others. The best model is then that of the best macro F1.",
)
flags.DEFINE_integer(
    "shift", 0, "Moves training images by up to so many pixels.", lower_bound=0
)
section(MODEL)
flags.DEFINE_integer(
    "feed_forward_size",
    None,
    "Width inside the feed-forward layers. Default: four times --hidden_size.",
    lower_bound=1,
)
flags.DEFINE_enum(
    "feed_forward",
    None,
    ["relu", "gelu", "silu", "swiglu", "geglu"],
    "Activation of the feed-forward layers. Default: relu for translate and classify, "
    "gelu for generate and image.",
)
flags.DEFINE_float(
    "hidden_dropout",
    None,
    "Share of features dropped inside feed-forward layers. Default: --dropout.",
    0.0,
    0.99,
)
flags.DEFINE_enum(
    "positions",
    None,
    ["sinusoidal", "learned", "rotary", "alibi"],
    "How tokens know their places. Default: learned for generate, else sinusoidal.",
)
flags.DEFINE_enum("norm", "layer", ["layer", "rms"], "Normalisation.")
flags.DEFINE_boolean(
    "norm_first",
    None,
    "Normalises before sublayers, not after. Default: for generate and image.",
)
flags.DEFINE_boolean("use_bias", True, "Adds biases to the linear maps.")
flags.DEFINE_integer(
    "key_value_heads", None, "Heads of keys and values, a divisor of --num_heads.", 1
)
flags.DEFINE_integer(
    "window",
    None,
    "Each token attends to itself and to those fewer than so many places away.",
    1,
)
flags.DEFINE_integer(
    "decoder_layers",
    None,
    "translate: blocks of the decoder, if not --num_layers; speech: of a decoder "
    "beside the frames, by default none; pretrain_image: those that paint, by default "
    "1.",
    1,
)
flags.DEFINE_boolean(
    "remat",
    False,
    "Computes what is within blocks again for the gradient: less memory, more time. "
    "With --dropout=0.",
)
flags.DEFINE_integer(
    "num_experts",
    None,
    "Experts in place of each feed-forward layer, of which a token takes "
    "--experts_per_token.",
    1,
)
flags.DEFINE_integer(
    "experts_per_token", 2, "Experts that a token takes, of --num_experts.", 1
)
flags.DEFINE_enum(
    "token_pooling",
    "mean",
    keys_of("kerazoo.layers.pooling", "POOLINGS"),
    "classify: what is taken of each feature over the tokens.",
)
section(TRAINING)
flags.DEFINE_float(
    "label_smoothing", 0.0, "Share of all tokens or classes alike.", 0.0, 0.99
)
flags.DEFINE_enum(
    "rate_schedule",
    "cosine",
    keys_of("kerazoo.models.transformer.config.training_config", "RATE_SCHEDULES"),
    "How the learning rate goes on after --warm_up_steps. warm_up_stable_decay: falls "
    "in the last fifth.",
)
flags.DEFINE_enum(
    "update_rule",
    "adamw",
    keys_of("kerazoo.models.transformer.config.training_config", "UPDATE_RULES"),
    "How gradients become steps. muon: orthogonal ones of the matrices within the "
    "network, AdamW's of all others.",
)
flags.DEFINE_float("decoupled_weight_decay", 0.0, "AdamW's, of matrices only.", 0.0)
flags.DEFINE_float("adam_beta_2", 0.98, "Adam's memory of squares.", 0.0, 0.9999)
flags.DEFINE_enum(
    "averaging",
    "none",
    keys_of("kerazoo.models.transformer.config.training_config", "AVERAGINGS"),
    "Averages the weights that are evaluated and exported. exponential: with "
    "--average_half_life; snapshots: those of the last evaluations.",
)
flags.DEFINE_integer(
    "num_snapshots", 10, "Evaluations that --averaging=snapshots averages.", 1
)
