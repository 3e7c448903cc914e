"""The language model that helps a speech recogniser, learnt from transcripts."""

import typing

import numpy as np

from kerazoo.models.transformer.decoding import TokenAutomaton
from kerazoo.text.characters import CharacterTokenizer
from kerazoo.text.ngram_model import NGramModel
from kerazoo.text.special_tokens import EOS
from kerazoo.text.vocabulary import Tokenizer

_MOST_NUMBERS = 50_000_000  # In a table of the automaton.


def token_automaton(
    texts: typing.Sequence[str],
    tokenizer: Tokenizer | CharacterTokenizer,
    order: int,
    weight: float,
    word_bonus: float = 0.0,
) -> TokenAutomaton:
    r"""Learns how likely texts are, as scores for a search.

    A token adds \(\alpha \log p(y_i | y_{<i})\), and \(\beta\) where it begins another
    word: Equation 4 of [Hannun et al., 2014](https://arxiv.org/abs/1408.2873), token by
    token.

    Args:
        texts: What to learn from.
        tokenizer: Of characters or subwords.
        order: Tokens of the longest n-gram, see `NGramModel`.
        weight: \(\alpha\).
        word_bonus: \(\beta\).

    Returns:
        `TokenAutomaton` of NumPy arrays.

    Raises:
        ValueError: If the tables would be too large, or as `NGramModel` does.

    Example:

    ```python
    from kerazoo.text import CharacterTokenizer

    tokenizer = CharacterTokenizer.of("to be or not")
    automaton = token_automaton(["to be", "or not to be"], tokenizer, 3, weight=0.5)
    automaton.scores  # (S, V)
    ```
    """
    model = NGramModel(
        tokenizer.encode_lists(texts, add_eos=False), order, tokenizer.vocabulary_size
    )
    numbers = len(model.contexts) * tokenizer.vocabulary_size
    if numbers > _MOST_NUMBERS:
        raise ValueError(
            "`language_model_order` is too large for these texts and tokens: its table "
            f"would have {numbers:,} numbers, and {_MOST_NUMBERS:,} are allowed. "
            f"Received: language_model_order={order}"
        )
    logs, following, start = model.tables()
    scores = np.float32(weight) * logs
    ends = scores[:, EOS].copy()
    scores[:, tokenizer.begins_word] += np.float32(word_bonus)
    return TokenAutomaton(scores, following, ends, start)
