"""Which flags go with which replay."""

from apps.cli.checks import check_owners

OF_REPLAYS = dict.fromkeys(
    ("priority_exponent", "importance_exponent"), ("prioritized",)
)


def check_replay():
    """Refuses flags that have no meaning with the replay.

    Raises:
        ValueError: If there are such flags.
    """
    check_owners("replay", OF_REPLAYS)
