"""Which flags go together in recommendation, and whether its files are there."""

import pathlib

from absl import flags

from apps.cli.checks import arguments
from apps.cli.checks import check_owners
from apps.cli.checks import is_given
from apps.cli.errors import user_packages
from apps.cli.launch import set_defaults
from apps.cli.parsers import keys_of
from apps.gnn.recommend_flags import NAMES
from apps.shared_flags import limits
from kerazoo.data.graphs.interaction_loading import BUILT_IN
from kerazoo.data.graphs.interaction_loading import LISTS
from kerazoo.data.graphs.interaction_loading import check_interactions
from kerazoo.data.graphs.interaction_loading import find_interactions

OF_TASKS = dict.fromkeys(NAMES, ("recommend",))
# What `--helpshort` says of --dataset.
DATASET = (
    f"{BUILT_IN}, built in; {LISTS} for train.txt and test.txt in --data_dir, a user "
    "and its items a line; or a table of users and items there. Default: what is in "
    f"--data_dir, or {BUILT_IN}."
)
RECOMMEND_DEFAULTS = {
    "architecture": "lightgcn",
    "batch_size": 1_024,
    "eval_every": 300,
    "learning_rate": 0.005,
    "num_layers": 3,
    "train_steps": 3_000,
}
RECOMMENDERS = keys_of("kerazoo.models.gnn.config.recommender_config", "RECOMMENDERS")
_OF_LOSSES = {
    "in_batch_negatives": ("sampled_softmax",),
    "ranking_negatives": ("sampled_softmax",),
}
_OF_TABLES = ("user_column", "item_column", "time_column")
_OF_BUILT_IN = {
    "eval_every": 10,
    "learning_rate": 0.01,
    "ranking_temperature": 1.0,
    "similarity": "dot",
    "train_steps": 50,
}


def take_found_interactions():
    """Takes what `--data_dir` has, where no `--dataset` is given, and what suits it.

    Raises:
        ValueError: If it has nothing to learn from, or several tables.
    """
    values = flags.FLAGS
    if values.dataset:
        if values.dataset == BUILT_IN:
            set_defaults(_OF_BUILT_IN)
        return
    name = find_interactions(values.data_dir) if values.data_dir else BUILT_IN
    set_defaults({"dataset": name})
    if name == BUILT_IN:
        set_defaults(_OF_BUILT_IN)


def check_recommendation():
    """Refuses flags that do not go together, and files that are not there.

    Raises:
        OSError: If a file is missing.
        ValueError: If there are such flags, or no dataset of that name.
    """
    values = flags.FLAGS
    if values.architecture not in RECOMMENDERS:
        raise ValueError(
            f"--architecture={values.architecture} does not go with --task=recommend: "
            f"use one of {', '.join(RECOMMENDERS)}."
        )
    check_owners("ranking_loss", _OF_LOSSES)
    if values.architecture == "mf" and is_given("num_layers"):
        raise ValueError("--num_layers goes with --architecture=lightgcn.")
    if not (values.in_batch_negatives or values.ranking_negatives):
        raise ValueError("--noin_batch_negatives needs --ranking_negatives.")
    if values.dataset == BUILT_IN and is_given("data_dir"):
        raise ValueError(f"--data_dir does not go with --dataset={BUILT_IN}.")
    check_interactions(values.dataset, values.data_dir)
    is_table = values.dataset not in (BUILT_IN, LISTS)
    for name in _OF_TABLES:
        if is_given(name) and not is_table:
            raise ValueError(f"--{name} goes with a table as --dataset.")
    if values.dataset == LISTS and is_given("test_share"):
        raise ValueError("--test_share goes with data that have no test.txt.")
    if is_table and _has_times():
        for name in ("test_share", "validation_share"):
            if is_given(name):
                raise ValueError(
                    f"--{name} goes with data without times; of these the last items "
                    "of each user are held out."
                )
    elif values.dataset != LISTS and not values.test_share:
        raise ValueError(
            "--test_share=0 holds nothing out to test: give a larger share, or data "
            "with times or a test.txt."
        )


def make_recommendation():
    """Returns the task of the flags."""
    from kerazoo.data.graphs.interaction_table import InteractionColumns
    from kerazoo.models.gnn import config
    from kerazoo.tasks.gnn import Recommendation

    return arguments(
        Recommendation,
        columns=arguments(InteractionColumns),
        recommender=arguments(config.RecommenderConfig),
        preference=arguments(config.PreferenceConfig),
        training=arguments(config.TrainingConfig),
        limits=limits.request_limits(),
    )


def _has_times():
    with user_packages("gnn"):
        from kerazoo.data.graphs.interaction_table import InteractionColumns
        from kerazoo.data.graphs.interaction_table import check_interaction_table

    values = flags.FLAGS
    return check_interaction_table(
        pathlib.Path(values.data_dir or "", values.dataset),
        arguments(InteractionColumns),
    )
