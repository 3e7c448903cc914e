import importlib

import pytest
from absl import flags

from apps.cli import parsers

TABLES = (
    ("kerazoo.models.gan.losses", "LOSSES"),
    ("kerazoo.models.gan.augmentation", "AUGMENTATIONS"),
    ("kerazoo.models.gan.config.network_config", "NETWORKS"),
    ("kerazoo.models.diffusion.samplers", "SAMPLERS"),
    ("kerazoo.models.diffusion.schedules", "SCHEDULES"),
    ("kerazoo.models.diffusion.parametrizations", "PARAMETRIZATIONS"),
    ("kerazoo.models.diffusion.weightings", "WEIGHTINGS"),
    ("kerazoo.models.gnn.convolutions", "CONVOLUTIONS"),
    ("kerazoo.models.dqn.agents", "AGENTS"),
)


@pytest.mark.parametrize("module, table", TABLES)
def test_keys_are_those_of_the_table(module, table):
    found = parsers.keys_of(module, table)
    assert found == list(getattr(importlib.import_module(module), table))


def test_unknown_table_is_said():
    with pytest.raises(LookupError, match="no NOTHING"):
        parsers.keys_of("kerazoo.models.gan.losses", "NOTHING")


def test_integers():
    values = flags.FlagValues()
    flags.DEFINE(
        parsers._Integers(),
        "sizes",
        [8, 4],
        "Sizes.",
        serializer=parsers._Serializer(),
        flag_values=values,
    )
    values(["app"])
    assert values.sizes == [8, 4]
    assert values["sizes"].serialize() == "--sizes=8,4"
    values(["app", "--sizes=16, 2"])
    assert values.sizes == [16, 2]
    for wrong in ("8,a", "0", "-3", "1.5", "8,,4"):
        with pytest.raises(flags.IllegalFlagValueError, match=f"--sizes={wrong}"):
            values(["app", f"--sizes={wrong}"])
