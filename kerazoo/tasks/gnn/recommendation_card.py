"""What is told to people who use a recommender."""

from kerazoo.data.digest import data_digest
from kerazoo.data.graphs.interaction_dataset import InteractionDataset
from kerazoo.training.model_card import ModelCard


def recommendation_card(data: InteractionDataset, licence: str) -> ModelCard:
    """Returns the card of a recommender.

    Args:
        data: What it has learnt from.
        licence: Licence of the data.
    """
    return ModelCard(
        summary=(
            f"Ranks the {len(data.item_names):,} items of {data.name} for each of "
            f"its {len(data.user_names):,} users."
        ),
        intended_use="To suggest items that a user has not taken yet.",
        limitations=(
            "It knows only the users and the items of its data.",
            "What was popular is suggested often; what few took, seldom.",
            "Scores put the items of one user in order. They are no probabilities.",
            "Items that were held out to test count as not yet taken.",
            "Not for decisions about people.",
        ),
        measured_on=f"{len(data.test):,} interactions that were held out",
        licence=licence,
        data_digest=interactions_digest(data),
    )


def interactions_digest(data: InteractionDataset) -> str:
    """Returns a digest of the users, the items and all interactions.

    Args:
        data: The dataset.

    Returns:
        64 hexadecimal digits.
    """
    parts = (data.train, data.validation, data.test)
    arrays = (array for part in parts for array in (part.starts, part.items))
    return data_digest(data.user_names, data.item_names, *arrays)
