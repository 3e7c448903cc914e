"""The flags that all training apps share, defined once.

A family hands its own defaults to `launch` and calls
`flags.adopt_module_key_flags(run_flags)`, so that `--helpshort` lists them.
"""

from absl import flags

from apps.cli.sections import DEVICES
from apps.cli.sections import EVALUATION
from apps.cli.sections import RUN
from apps.cli.sections import TRAINING
from apps.cli.sections import section

section(RUN)
WORKDIR = flags.DEFINE_string(
    "workdir",
    None,
    "Folder of the run: checkpoints, TensorBoard logs, metrics.jsonl, flags.txt, "
    "result.json. The same command goes on where it stopped. "
    "Default: runs/<family>/<dataset or environment>.",
)
section(TRAINING)
TRAIN_STEPS = flags.DEFINE_integer(
    "train_steps", 10_000, "Optimizer steps in all.", lower_bound=1
)
BATCH_SIZE = flags.DEFINE_integer(
    "batch_size", 64, "Examples of a step, over all devices.", lower_bound=1
)
LEARNING_RATE = flags.DEFINE_float(
    "learning_rate", 1e-3, "Step size of the optimizer.", lower_bound=0.0
)
SEED = flags.DEFINE_integer(
    "seed",
    0,
    "Seed of weights, data order and noise.",
    lower_bound=0,
    upper_bound=2**32 - 1,
)
section(RUN)
NUM_SEEDS = flags.DEFINE_integer(
    "num_seeds",
    1,
    "Repeats the run with seeds seed, seed + 1, ..., each in <workdir>/seed_<n>, and "
    "exports the best; adds <metric>_mean, <metric>_std and <metric>_iqm with its "
    "interval to the result.",
    lower_bound=1,
)
section(EVALUATION)
EVAL_EVERY = flags.DEFINE_integer(
    "eval_every", 1_000, "Optimizer steps between evaluations.", lower_bound=1
)
section(RUN)
CHECKPOINT_EVERY = flags.DEFINE_integer(
    "checkpoint_every", 1_000, "Optimizer steps between checkpoints.", lower_bound=1
)
LOG_EVERY = flags.DEFINE_integer(
    "log_every", 100, "Optimizer steps between reports.", lower_bound=1
)
section(DEVICES)
STRATEGY = flags.DEFINE_enum(
    "strategy",
    "auto",
    ["auto", "one_device", "mirrored", "multi_worker", "tpu"],
    "How tf.distribute trains. auto: all GPUs, else the CPU. mirrored without GPUs: "
    "--num_devices logical CPUs. multi_worker: the cluster of TF_CONFIG.",
)
NUM_DEVICES = flags.DEFINE_integer(
    "num_devices",
    None,
    "Devices of this machine to train on, for auto and mirrored. Default: all.",
    lower_bound=1,
)
DTYPE_POLICY = flags.DEFINE_enum(
    "dtype_policy",
    "float32",
    ["float32", "mixed_float16", "mixed_bfloat16"],
    "Keras dtype policy of the layers.",
)
JIT_COMPILE = flags.DEFINE_boolean(
    "jit_compile", None, "Compiles the step with XLA. Default: where it is faster."
)
section(RUN)
EXPORT = flags.DEFINE_boolean("export", True, "Exports the trained model.")
EXPORT_DIR = flags.DEFINE_string(
    "export_dir",
    None,
    "Folder of the served model; a run writes its next integer version. "
    "Default: saved_models/<family>_<dataset or environment>.",
)
EXPORT_DTYPE = flags.DEFINE_enum(
    "export_dtype",
    "float32",
    ["float32", "bfloat16", "float16", "int8"],
    "Type of the exported weights: half the size, or with int8 a quarter, and without "
    "the Keras model. A finished run that is given another one exports again.",
)
PROFILE_STEPS = flags.DEFINE_list(
    "profile_steps", None, "A,B: writes a TensorBoard profile of steps A to B."
)

# Flags of these names may differ between a run and its resumption; all others
# define the model or its data, and must stay.
MAY_CHANGE = {
    "train_steps",
    "workdir",
    "num_seeds",
    "eval_every",
    "checkpoint_every",
    "log_every",
    "strategy",
    "num_devices",
    "jit_compile",
    "export",
    "export_dir",
    "export_dtype",
    "profile_steps",
}


def may_change(*names):
    """Says which flags of an app a resumed run may change."""
    MAY_CHANGE.update(names)
