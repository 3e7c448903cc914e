"""Which flags go with `--task=board`, and what suits it."""

OF_TASKS = dict.fromkeys(
    (
        *("game", "gtp_engine", "mcts_simulations", "opening_moves"),
        *("opponent_share", "pool_every", "pool_size", "search_depth"),
        *("symmetries", "exploration_temperature"),
    ),
    ("board",),
)
BOARD_DEFAULTS = {
    "batch_size": 128,
    "block_length": 128,
    "checkpoint_every": 1_000,
    "epsilon_decay_steps": 20_000,
    "epsilon_end": 0.2,
    "eval_every": 1_000,
    "game": "tic_tac_toe",
    "gradient_steps_per_env_step": 0.125,
    "n_step": 5,
    "num_envs": 32,
    "train_steps": 6_000,
    "v_max": 1.0,
    "v_min": -1.0,
}
