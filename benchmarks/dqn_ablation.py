r"""What each part of Rainbow does alone, and all together, in three environments.

    python -m benchmarks.dqn_ablation --folder=runs/ablation
    python -m benchmarks.dqn_ablation --folder=runs/ablation --only=cartpole --seeds=3

Trains every agent with every seed through `apps.train_dqn`. A cell, one agent, one
environment and one seed, is kept in the folder when it is done, and one that was
stopped goes on from its checkpoint: the same command goes on where it was stopped.
Prints a JSON line per cell and, at the end, a table in Markdown, of the cells that are
done.

All agents of an environment have the same settings; those with noisy layers explore by
these alone.
"""

import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

from absl import app
from absl import flags

from benchmarks.processes import report

_FOLDER = flags.DEFINE_string("folder", "runs/ablation", "Keeps the cells.")
_SEEDS = flags.DEFINE_integer("seeds", 3, "Seeds of each cell.", lower_bound=1)
_SECONDS = flags.DEFINE_integer(
    "seconds", None, "Begins no cell later than this. Default: no limit."
)

# One step, uniform, no distribution, unless an agent says otherwise.
_PLAIN = {"n_step": 1, "replay": "uniform"}
_DOUBLE = {**_PLAIN, "agent": "double_dqn"}
AGENTS = {
    "DQN": {**_PLAIN, "agent": "dqn"},
    "Double DQN": _DOUBLE,
    "+ n-step": {**_DOUBLE, "n_step": 3},
    "+ prioritised": {**_DOUBLE, "replay": "prioritized"},
    "+ dueling": {**_DOUBLE, "dueling": True},
    "+ C51": {**_PLAIN, "agent": "c51"},
    "+ noisy": {**_DOUBLE, "noisy": True},
    "Rainbow": {"agent": "rainbow"},
    "QR-DQN": {**_PLAIN, "agent": "qr_dqn"},
    "IQN": {**_PLAIN, "agent": "iqn"},
}
_WITH_SUPPORT = ("+ C51", "Rainbow")
_NOISY = ("+ noisy", "Rainbow")
ENVIRONMENTS = {  # Name: flags, environment steps, target or None, support of C51
    "cartpole": (
        {
            "env": "CartPole-v1",
            "learning_starts": 1_000,
            "gradient_steps_per_env_step": 0.5,
            "epsilon_end": 0.04,
            "epsilon_decay_steps": 5_000,
            "eval_every": 512,
        },
        40_000,
        475.0,
        (0, 100),
    ),
    "lunarlander": (
        {
            "env": "LunarLander-v3",
            "num_envs": 8,
            "learning_rate": 1e-3,
            "batch_size": 128,
            "target_update_tau": 0.005,
            "replay_capacity": 100_000,
            "learning_starts": 2_000,
            "gradient_steps_per_env_step": 0.5,
            "epsilon_end": 0.02,
            "epsilon_decay_steps": 30_000,
            "eval_every": 5_120,
            "checkpoint_every": 5_120,
            "target_return": 200,
        },
        200_000,
        200.0,
        (-300, 300),
    ),
    "breakout": (
        {
            "env": "MinAtar/Breakout-v1",
            "torso": "minatar_cnn",
            "hidden_units": 128,
            "num_envs": 8,
            "learning_rate": 2.5e-4,
            "batch_size": 32,
            "target_update_period": 1_000,
            "target_update_tau": 1,
            "replay_capacity": 100_000,
            "learning_starts": 5_000,
            "gradient_steps_per_env_step": 0.25,
            "epsilon_end": 0.05,
            "epsilon_decay_steps": 100_000,
            "eval_every": 12_500,
            "checkpoint_every": 12_500,
            "eval_episodes": 30,
            "eval_epsilon": 0.01,
        },
        500_000,
        None,
        (-10, 30),
    ),
}
_ONLY = flags.DEFINE_multi_enum(
    "only", list(ENVIRONMENTS), list(ENVIRONMENTS), "Environments, once per value."
)
_AGENTS = flags.DEFINE_multi_enum(
    "agent_name", list(AGENTS), list(AGENTS), "Agents, once per value."
)
_ENV_STEPS = flags.DEFINE_integer(
    "env_steps", None, "Environment steps of each cell. Default: the environment's."
)


def main(_):
    start = time.monotonic()
    for environment in _ONLY.value:
        for seed in range(_SEEDS.value):
            for agent in _AGENTS.value:
                late = time.monotonic() - start > (_SECONDS.value or float("inf"))
                cell = find_cell(environment, agent, seed)
                if not cell.exists() and not late:
                    run_cell(environment, agent, seed)
                if cell.exists():
                    report("cell", **json.loads(cell.read_text()))
    print(table())


def find_cell(environment, agent, seed):
    """Returns the path of a cell's result."""
    name = agent.removeprefix("+ ").lower().replace(" ", "_")
    return pathlib.Path(_FOLDER.value, environment, name, f"seed_{seed}.json")


def run_cell(environment, agent, seed):
    """Trains a cell to its end, and keeps what came of it."""
    cell = find_cell(environment, agent, seed)
    workdir = cell.with_suffix("")
    target = ENVIRONMENTS[environment][2]
    arguments = *command(environment, agent), f"--seed={seed}", f"--workdir={workdir}"
    done = subprocess.run(
        [sys.executable, "-m", "apps.train_dqn", *arguments],
        stdout=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        report("failed", environment=environment, agent=agent, seed=seed)
        return
    result = json.loads(done.stdout.splitlines()[-1])
    curve = read_curve(workdir)
    reached = [steps for steps, low, _ in curve if target is not None and low >= target]
    found = {
        "environment": environment,
        "agent": agent,
        "seed": seed,
        "mean_return": result["mean_return"],
        "env_steps": result["env_steps"],
        "reached": reached[0] if reached else None,
        "seconds": round(result["training_seconds"], 1),
        "cpu_seconds": round(result["training_cpu_seconds"], 1),
        "curve": [(steps, mean) for steps, _, mean in curve],
    }
    cell.write_text(json.dumps(found))
    for large in ("checkpoints", "best"):
        shutil.rmtree(workdir / large)


def command(environment, agent):
    """Returns the flags of a cell, without its seed."""
    settings, env_steps, _, support = ENVIRONMENTS[environment]
    env_steps = _ENV_STEPS.value or env_steps
    begins = settings["learning_starts"]
    gradient_steps = (env_steps - begins) * settings["gradient_steps_per_env_step"]
    values = {
        **settings,
        **AGENTS[agent],
        "train_steps": int(gradient_steps),
        "export": False,
    }
    if agent in _NOISY:
        values |= {"epsilon_end": 0, "epsilon_decay_steps": begins}
    if agent in _WITH_SUPPORT:
        values |= {"v_min": support[0], "v_max": support[1]}
    return [f"--{name}={_text(value)}" for name, value in values.items()]


def _text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def read_curve(workdir):
    """Returns triples of environment steps, lower bound and mean of evaluations."""
    lines = map(json.loads, (workdir / "metrics.jsonl").read_text().splitlines())
    return [
        (line["env_steps"], line["eval/lower_bound"], line["eval/mean_return"])
        for line in lines
        if "eval/mean_return" in line
    ]


def table():
    """Returns what all cells came to, in Markdown."""
    names = _ONLY.value
    heads = [f"{name}: {_measure(name)} | seconds (CPU)" for name in names]
    lines = [
        f"| agent | {' | '.join(heads)} |",
        f"| --- |{' ---: | ---: |' * len(names)}",
    ]
    for agent in _AGENTS.value:
        parts = [part for name in names for part in _entries(name, agent)]
        lines.append(f"| {agent} | {' | '.join(parts)} |")
    return "\n".join(lines)


def _measure(environment):
    _, env_steps, target, _ = ENVIRONMENTS[environment]
    env_steps = _ENV_STEPS.value or env_steps
    if target is None:
        return f"return after {env_steps:,} steps"
    return f"environment steps to {target:g}, of {env_steps:,}"


def _entries(environment, agent):
    paths = [find_cell(environment, agent, seed) for seed in range(_SEEDS.value)]
    cells = [json.loads(path.read_text()) for path in paths if path.exists()]
    if not cells:
        return "", ""
    seconds = statistics.mean(cell["seconds"] for cell in cells)
    processor = statistics.mean(cell["cpu_seconds"] for cell in cells)
    returns = [cell["mean_return"] for cell in cells]
    if ENVIRONMENTS[environment][2] is None:
        text = f"{statistics.mean(returns):.1f} ({_span(returns, '.1f')})"
    else:
        steps = [cell["reached"] for cell in cells if cell["reached"]]
        if len(steps) == len(cells):
            text = f"{statistics.mean(steps):,.0f} ({_span(steps, ',.0f')})"
        else:
            mean = statistics.mean(returns)
            text = f"{len(steps)} of {len(cells)} seeds; return {mean:.1f}"
    return text, f"{seconds:.0f} ({processor:.0f})"


def _span(values, form):
    return f"{min(values):{form}} to {max(values):{form}}"


if __name__ == "__main__":
    app.run(main)
