"""Flags of deep Q-networks: environment, network, agent, replay, exploration."""

from absl import flags

from apps.cli.parsers import DEFINE_integers
from apps.cli.parsers import keys_of
from apps.cli.sections import DATA
from apps.cli.sections import EVALUATION
from apps.cli.sections import MODEL
from apps.cli.sections import TRAINING
from apps.cli.sections import section

section(DATA)
ENV = flags.DEFINE_string(
    "env", "CartPole-v1", "Id of a gymnasium environment, or module:id."
)
ENV_KWARGS = flags.DEFINE_string(
    "env_kwargs",
    "{}",
    "Keyword arguments of the environment, as name=value,name=value or as JSON; for "
    "one without a time limit such as max_episode_steps=200.",
)
ENV_MODULE = flags.DEFINE_string(
    "env_module",
    None,
    "Module to import first, which registers --env; short for --env=module:id.",
)
flags.DEFINE_integer(
    "num_envs", 4, "Copies of the environment stepped together.", lower_bound=1
)
flags.DEFINE_boolean("asynchronous", False, "Steps every copy in a process of its own.")
flags.DEFINE_boolean(
    "action_mask", False, 'Takes the valid actions from info["action_mask"].'
)
flags.DEFINE_integer(
    "action_bins",
    None,
    "Cuts each number of a continuous action into so many bins, the bounds among them.",
    lower_bound=2,
)
section(MODEL)
flags.DEFINE_enum(
    "agent",
    "double_dqn",
    keys_of("kerazoo.models.dqn.agents", "AGENTS"),
    "Algorithm.",
)
DEFINE_integers("hidden_units", [128, 128], "Widths of the hidden layers.")
flags.DEFINE_boolean("dueling", False, "Ends in a dueling head.")
section(TRAINING)
flags.DEFINE_integer(
    "n_step", 3, "Environment steps of a return before bootstrapping.", lower_bound=1
)
flags.DEFINE_float("discount", 0.99, "Gamma.", lower_bound=0.0, upper_bound=1.0)
flags.DEFINE_enum(
    "loss",
    "huber",
    keys_of("kerazoo.models.dqn.agents", "LOSSES"),
    "Loss of the temporal-difference error.",
)
flags.DEFINE_integer(
    "target_update_period",
    1,
    "Gradient steps between updates of the target network.",
    lower_bound=1,
)
flags.DEFINE_float(
    "target_update_tau",
    0.01,
    "Share of the new weights in an update of the target network.",
    lower_bound=0.0,
    upper_bound=1.0,
)
flags.DEFINE_float(
    "gradient_clipping",
    10.0,
    "Largest global norm of the gradients; 0: any.",
    lower_bound=0.0,
)
flags.DEFINE_integer(
    "replay_capacity", 50_000, "Environment steps kept in the replay.", lower_bound=1
)
flags.DEFINE_integer(
    "learning_starts",
    1_000,
    "Environment steps before the first gradient step.",
    lower_bound=1,
)
flags.DEFINE_integer(
    "block_length",
    64,
    "Environment steps between blocks of gradient steps; 1 alternates strictly.",
    lower_bound=1,
)
flags.DEFINE_float(
    "gradient_steps_per_env_step",
    0.5,
    "Gradient steps per environment step.",
    lower_bound=0.0,
)
flags.DEFINE_float(
    "epsilon_start", 1.0, "First probability of a random action.", 0.0, 1.0
)
flags.DEFINE_float(
    "epsilon_end", 0.04, "Last probability of a random action.", 0.0, 1.0
)
flags.DEFINE_integer(
    "epsilon_decay_steps",
    5_000,
    "Environment steps from the first to the last epsilon.",
    lower_bound=0,
)
section(EVALUATION)
flags.DEFINE_integer(
    "eval_episodes", 100, "Greedy episodes of an evaluation.", lower_bound=1
)
TARGET_RETURN = flags.DEFINE_float(
    "target_return",
    None,
    "Ends training early: mean return of an evaluation, less two standard errors. "
    "Default: the environment's own reward threshold; inf for none.",
)
