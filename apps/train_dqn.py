r"""Trains a deep Q-network on a gymnasium environment and exports its policy.

    python -m apps.train_dqn
    python -m apps.train_dqn --flagfile=apps/presets/dqn/lunarlander.flags

The bare command solves CartPole-v1. After an interruption, the same command goes on
from its newest checkpoint.
"""

import contextlib
import json
import math

from absl import flags

from apps import flags as shared
from apps import runner

with runner.heavy_imports("dqn", legacy_keras=True):
    import gymnasium

    from kerazoo.models.dqn import agents
    from kerazoo.models.dqn import q_networks
    from kerazoo.models.dqn.actor import linear_epsilon
    from kerazoo.models.dqn.actor import split_action_mask
    from kerazoo.models.dqn.environment import GymnasiumEnvironment
    from kerazoo.models.dqn.serving_policy import ServingPolicy
    from kerazoo.models.dqn.trainer import Schedule
    from kerazoo.models.dqn.trainer import Trainer
    from kerazoo.models.dqn.uniform_replay import UniformReplay
    from kerazoo.serving.plain_copy import plain_copy
    from kerazoo.training.strategy import worker_index

_ENV = flags.DEFINE_string(
    "env", "CartPole-v1", "Id of a gymnasium environment, or module:id."
)
_ENV_KWARGS = flags.DEFINE_string(
    "env_kwargs",
    "{}",
    "Keyword arguments of the environment, as JSON; for one without a time limit "
    'such as {"max_episode_steps": 200}.',
)
_NUM_ENVS = flags.DEFINE_integer(
    "num_envs", 4, "Copies of the environment stepped together.", lower_bound=1
)
_ASYNCHRONOUS = flags.DEFINE_boolean(
    "asynchronous", False, "Steps every copy in a process of its own."
)
_ACTION_MASK = flags.DEFINE_boolean(
    "action_mask", False, 'Takes the valid actions from info["action_mask"].'
)
_AGENT = flags.DEFINE_enum("agent", "double_dqn", list(agents.AGENTS), "Algorithm.")
_HIDDEN_UNITS = flags.DEFINE_list(
    "hidden_units", ["128", "128"], "Widths of the hidden layers."
)
_DUELING = flags.DEFINE_boolean("dueling", False, "Ends in a dueling head.")
_N_STEP = flags.DEFINE_integer(
    "n_step", 3, "Environment steps of a return before bootstrapping.", lower_bound=1
)
_DISCOUNT = flags.DEFINE_float(
    "discount", 0.99, "Gamma.", lower_bound=0.0, upper_bound=1.0
)
_LOSS = flags.DEFINE_enum(
    "loss", "huber", list(agents.LOSSES), "Loss of the temporal-difference error."
)
_TARGET_UPDATE_PERIOD = flags.DEFINE_integer(
    "target_update_period",
    1,
    "Gradient steps between updates of the target network.",
    lower_bound=1,
)
_TARGET_UPDATE_TAU = flags.DEFINE_float(
    "target_update_tau",
    0.01,
    "Share of the new weights in an update of the target network.",
    lower_bound=0.0,
    upper_bound=1.0,
)
_GRADIENT_CLIPPING = flags.DEFINE_float(
    "gradient_clipping",
    10.0,
    "Largest global norm of the gradients; 0: any.",
    lower_bound=0.0,
)
_REPLAY_CAPACITY = flags.DEFINE_integer(
    "replay_capacity", 50_000, "Environment steps kept in the replay.", lower_bound=1
)
_LEARNING_STARTS = flags.DEFINE_integer(
    "learning_starts",
    1_000,
    "Environment steps before the first gradient step.",
    lower_bound=1,
)
_BLOCK_LENGTH = flags.DEFINE_integer(
    "block_length",
    64,
    "Environment steps between blocks of gradient steps; 1 alternates strictly.",
    lower_bound=1,
)
_GRADIENT_STEPS_PER_ENV_STEP = flags.DEFINE_float(
    "gradient_steps_per_env_step",
    0.5,
    "Gradient steps per environment step.",
    lower_bound=0.0,
)
_EPSILON_START = flags.DEFINE_float(
    "epsilon_start", 1.0, "First probability of a random action.", 0.0, 1.0
)
_EPSILON_END = flags.DEFINE_float(
    "epsilon_end", 0.04, "Last probability of a random action.", 0.0, 1.0
)
_EPSILON_DECAY_STEPS = flags.DEFINE_integer(
    "epsilon_decay_steps",
    5_000,
    "Environment steps from the first to the last epsilon.",
    lower_bound=0,
)
_EVAL_EPISODES = flags.DEFINE_integer(
    "eval_episodes", 100, "Greedy episodes of an evaluation.", lower_bound=1
)
_TARGET_RETURN = flags.DEFINE_float(
    "target_return",
    None,
    "Ends training early: mean return of an evaluation, less two standard errors. "
    "Default: the environment's own reward threshold; inf for none.",
)

flags.adopt_module_key_flags(shared)
shared.may_change(_ASYNCHRONOUS, _EVAL_EPISODES, _TARGET_RETURN)

DEFAULTS = {
    "train_steps": 50_000,
    "learning_rate": 2e-3,
    "eval_every": 1_024,
    "checkpoint_every": 2_048,
    "log_every": 512,
}


def main(_):
    with (
        runner.Run("dqn", _ENV.value, objective="mean_return") as run,
        contextlib.ExitStack() as stack,
    ):
        if run.finished:
            return
        environment = stack.enter_context(
            make_environment(_NUM_ENVS.value, environment_seed(run.strategy))
        )
        evaluation_environment = stack.enter_context(
            make_environment(min(_EVAL_EPISODES.value, 50))
        )
        trainer = make_trainer(environment, evaluation_environment, run.strategy)
        run.start()
        trainer.fit(run.workdir, run.interruption, run.profiler)
        metrics = trainer.test(run.workdir)
        policy = ServingPolicy(plain_copy(trainer.model), environment)
        export = run.export(
            policy,
            {"serving_default": policy.serve},
            metadata={"env": _ENV.value, "env_kwargs": env_kwargs()},
            warmup={"serving_default": policy.example},
        )
        run.finish(
            {
                **metrics,
                **trainer.summary(),
                "startup_seconds": runner.seconds_until(trainer.first_step_time),
                "export": export,
            }
        )


def environment_seed(strategy):
    """Returns the seed of the first copy; no two runs or workers share one."""
    return (1_000 * shared.SEED.value + worker_index(strategy)) * 1_000


def make_environment(num_envs, seed=None):
    """Makes the environment of the flags, without a seed the one to evaluate in."""
    with runner.user_errors(gymnasium.error.Error, ImportError, TypeError):
        return GymnasiumEnvironment(
            _ENV.value,
            num_envs=num_envs,
            asynchronous=_ASYNCHRONOUS.value and seed is not None,
            action_mask=_ACTION_MASK.value,
            seed=seed,
            **env_kwargs(),
        )


def env_kwargs():
    """Returns the keyword arguments of the environment as a dict."""
    try:
        kwargs = json.loads(_ENV_KWARGS.value)
    except ValueError:
        kwargs = None
    if not isinstance(kwargs, dict):
        raise ValueError(
            f"--env_kwargs={_ENV_KWARGS.value} must be a JSON object, such as "
            '{"max_episode_steps": 200}.'
        )
    return kwargs


def make_trainer(environment, evaluation_environment, strategy):
    """Makes the trainer of the flags, or says what is wrong with them."""
    with runner.user_errors(MemoryError):
        _check_flags(strategy)
        observation_spec, _ = split_action_mask(environment.observation_spec())
        with strategy.scope():
            model = q_networks.q_network(
                observation_spec,
                environment.num_actions,
                [int(units) for units in _HIDDEN_UNITS.value],
                _DUELING.value,
                shared.SEED.value,
            )
            agent = agents.create_agent(
                environment,
                model,
                agent=_AGENT.value,
                learning_rate=shared.LEARNING_RATE.value,
                discount=_DISCOUNT.value,
                loss=_LOSS.value,
                target_update_period=_TARGET_UPDATE_PERIOD.value,
                target_update_tau=_TARGET_UPDATE_TAU.value,
                gradient_clipping=_GRADIENT_CLIPPING.value or None,
            )
        return Trainer(
            environment,
            evaluation_environment,
            agent,
            strategy,
            UniformReplay(
                environment.observation_spec(),
                _REPLAY_CAPACITY.value,
                environment.batch_size,
                _N_STEP.value,
                _DISCOUNT.value,
            ),
            shared.BATCH_SIZE.value,
            linear_epsilon(
                _EPSILON_START.value, _EPSILON_END.value, _EPSILON_DECAY_STEPS.value
            ),
            Schedule(
                train_steps=shared.TRAIN_STEPS.value,
                learning_starts=_LEARNING_STARTS.value,
                block_length=_BLOCK_LENGTH.value,
                gradient_steps_per_env_step=_GRADIENT_STEPS_PER_ENV_STEP.value,
                eval_every=shared.EVAL_EVERY.value,
                eval_episodes=_EVAL_EPISODES.value,
                checkpoint_every=shared.CHECKPOINT_EVERY.value,
                log_every=shared.LOG_EVERY.value,
                target_return=_target_return(environment),
            ),
            seed=shared.SEED.value,
            jit_compile=shared.JIT_COMPILE.value is not False,
        )


def _target_return(environment):
    if _TARGET_RETURN.value is not None:
        return _TARGET_RETURN.value
    threshold = environment.reward_threshold
    return math.inf if threshold is None else threshold


def _check_flags(strategy):
    if shared.DTYPE_POLICY.value == "mixed_float16":
        raise ValueError(
            "--dtype_policy=mixed_float16 needs loss scaling, which TF-Agents does not "
            "have: use mixed_bfloat16 or float32."
        )
    replicas = strategy.num_replicas_in_sync
    if shared.BATCH_SIZE.value % replicas:
        raise ValueError(
            f"--batch_size={shared.BATCH_SIZE.value} must be a multiple of the "
            f"{replicas} devices it is split over."
        )
    if not all(units.isdigit() and int(units) for units in _HIDDEN_UNITS.value):
        raise ValueError(
            f"--hidden_units={','.join(_HIDDEN_UNITS.value)} must be positive whole "
            "numbers, such as 64,64."
        )
    if _GRADIENT_STEPS_PER_ENV_STEP.value == 0:
        raise ValueError("--gradient_steps_per_env_step=0 never learns.")
    if _DISCOUNT.value == 0:
        raise ValueError("--discount=0 looks at no next state: use more than 0.")
    if _TARGET_UPDATE_TAU.value == 0:
        raise ValueError("--target_update_tau=0 never updates the target network.")


if __name__ == "__main__":
    runner.launch(main, DEFAULTS)
