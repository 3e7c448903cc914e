"""Flags of pretraining, and of what goes on from a pretrained model."""

from absl import flags

from apps.cli.parsers import keys_of
from apps.cli.sections import DATA
from apps.cli.sections import MODEL
from apps.cli.sections import TRAINING
from apps.cli.sections import section

section(DATA)
flags.DEFINE_string(
    "init_from",
    None,
    "Folder of a run or of an export of a Transformer to go on from: its vocabulary, "
    "its sizes and every weight that fits are taken.",
)
flags.DEFINE_float(
    "mask_share",
    0.15,
    "pretrain, pretrain_image: share of the tokens or patches to be predicted.",
    0.01,
    0.99,
)
flags.DEFINE_boolean("whole_words", True, "pretrain: hides all tokens of a word.")
flags.DEFINE_enum(
    "loss_on",
    "answers",
    ["answers", "all"],
    "generate, of prompts and answers: which tokens are learnt.",
)
section(MODEL)
flags.DEFINE_integer(
    "lora_rank",
    None,
    "With --init_from: rank of an adapter of each linear map of the blocks. What is "
    "taken does not learn, only adapters and what is new.",
    lower_bound=1,
)
flags.DEFINE_float(
    "lora_alpha", None, "Scale of the adapters. Default: --lora_rank.", 1e-3
)
section(TRAINING)
flags.DEFINE_enum(
    "freeze",
    "none",
    keys_of("kerazoo.models.transformer.config.fine_tuning_config", "FREEZES"),
    "With --init_from: what does not learn. encoder: embeddings and blocks, which "
    "become features.",
)
flags.DEFINE_integer(
    "unfreeze_every",
    None,
    "With --init_from: steps after which one more block learns, the last one first. "
    "Default: all learn from the first step.",
    lower_bound=1,
)
flags.DEFINE_float(
    "layer_decay",
    1.0,
    "With --init_from: factor of the learning rate from each block to the one below.",
    0.01,
    1.0,
)
