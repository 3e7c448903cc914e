"""How many tokens the vocabulary of a text may have."""

import re

# What SentencePiece says.
_LARGEST = re.compile(r"set it to a value <= (\d+)")
_SMALLEST = re.compile(r"smaller than required_chars. \d+ vs (\d+)")


class SizeError(ValueError):
    """A vocabulary that is too large or too small for its text.

    Args:
        vocabulary_size: int. Number of tokens that was asked for.
        smallest: int. The fewest tokens, where known.
        largest: int. The most, where known.
    """

    def __init__(
        self,
        vocabulary_size: int,
        smallest: int | None = None,
        largest: int | None = None,
    ):
        if largest is None:
            bounds = f"needs a vocabulary of at least {smallest}"
        elif smallest is None:
            bounds = f"allows a vocabulary of at most {largest}"
        else:
            bounds = f"allows a vocabulary of at least {smallest} and at most {largest}"
        super().__init__(
            f"The text {bounds} tokens. Received: vocabulary_size={vocabulary_size}"
        )
        self.smallest = smallest
        self.largest = largest


def size_error(message: str, vocabulary_size: int) -> SizeError | None:
    """Returns what an error of SentencePiece says of the size; None for another one.

    Args:
        message: str, of the error.
        vocabulary_size: int. Number of tokens that was asked for.
    """
    if largest := _LARGEST.search(message):
        return SizeError(vocabulary_size, largest=int(largest[1]))
    if smallest := _SMALLEST.search(message):
        return SizeError(vocabulary_size, smallest=int(smallest[1]))
    return None
