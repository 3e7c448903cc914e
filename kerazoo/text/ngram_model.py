"""A language model that counts."""

import collections
import typing

import numpy as np

from kerazoo.text.special_tokens import BOS
from kerazoo.text.special_tokens import EOS
from kerazoo.text.special_tokens import PAD

Context: typing.TypeAlias = tuple[int, ...]


class NGramModel:
    r"""How likely each token is after the few before it, from counts of texts.

    Interpolated Kneser-Ney smoothing as in
    [Chen and Goodman, 1999](https://doi.org/10.1006/csla.1999.0128), Section 2.7:
    of n tokens
    \(p(w | h) = \frac{\max(c(h w) - D, 0)}{c(h)} + \frac{D N(h)}{c(h)} p(w | h')\) with
    h' one token shorter, N(h) the number of different tokens after h, and
    \(D = n_1 / (n_1 + 2 n_2)\) of how many n-grams occur once and twice. Shorter
    n-grams count in how many different tokens they follow, and below one token all are
    alike.

    Args:
        texts: Lists of tokens, without begin and end.
        order: int. Tokens n of the longest n-gram, 1 or more.
        vocabulary_size: int. Number of tokens V. All may follow but padding and begin.

    Attributes:
        contexts: List of tuples of tokens that something followed, shorter ones first.

    Raises:
        ValueError: If there are no texts, or `order` is below 1.

    Example:

    ```python
    tokenizer = CharacterTokenizer.of("to be or not")
    texts = tokenizer.encode_lists(["to be", "or not to be"], add_eos=False)
    model = NGramModel(texts, order=3, vocabulary_size=tokenizer.vocabulary_size)
    model.perplexity(texts)
    ```
    """

    def __init__(
        self,
        texts: typing.Iterable[typing.Sequence[int] | np.ndarray],
        order: int,
        vocabulary_size: int,
    ):
        if order < 1:
            raise ValueError(f"`order` must be 1 or more. Received: order={order}")
        sentences = [(BOS, *map(int, text), EOS) for text in texts]
        if not sentences:
            raise ValueError("Expected texts. Received: none")
        self.order = order
        self.vocabulary_size = vocabulary_size
        by_length = _counts(sentences, order)
        self._seen = {
            context: _discounted(counts, discount)
            for table, discount in map(_with_discount, by_length)
            for context, counts in table.items()
        }
        self.contexts = list(self._seen)
        self._base = np.full(vocabulary_size, 1 / (vocabulary_size - 2))
        self._base[[PAD, BOS]] = 0

    def probabilities(self, context: typing.Sequence[int]) -> np.ndarray:
        """Returns how likely all tokens are after some, float64 `(V,)`.

        Args:
            context: Tokens; the last n - 1 of them count, from the begin on.
        """
        key = self.state(context)
        found = self._base
        for start in range(len(key), -1, -1):
            found = self._longer(key[start:], found)
        return found

    def state(self, context: typing.Sequence[int]) -> Context:
        """Returns the longest end of a context that something followed."""
        key = tuple(map(int, context))[max(len(context) - self.order + 1, 0) :]
        while key not in self._seen:
            key = key[1:]
        return key

    def perplexity(self, texts: typing.Iterable[typing.Sequence[int]]) -> float:
        """Returns the perplexity of texts by token, their ends among them."""
        total, count = 0.0, 0
        for text in texts:
            sentence = [BOS, *map(int, text), EOS]
            for place in range(1, len(sentence)):
                found = self.probabilities(sentence[:place])[sentence[place]]
                total += float(np.log(found))
            count += len(sentence) - 1
        return float(np.exp(-total / count))

    def tables(self) -> tuple[np.ndarray, np.ndarray, int]:
        """Returns the model as an automaton, whose states are the contexts.

        Returns:
            The triple of the logarithms of the probabilities of all tokens in each
            state, float32 `(S, V)`, the state after each, int32 `(S, V)`, and the state
            after the begin.
        """
        numbers = {context: number for number, context in enumerate(self.contexts)}
        shape = len(numbers), self.vocabulary_size
        found, following = np.empty(shape), np.empty(shape, np.int32)
        for context, number in numbers.items():  # Shorter ones first.
            if context:
                shorter = numbers[self.state(context[1:])]
                found[number] = self._longer(context, found[shorter])
                following[number] = following[shorter]
            else:
                found[number] = self._longer(context, self._base)
                following[number] = number
            keep = max(len(context) - self.order + 2, 0)
            for token in self._seen[context][0]:
                longer = (*context[keep:], token)
                if self.order > 1 and longer in numbers:
                    following[number, token] = numbers[longer]
        with np.errstate(divide="ignore"):
            logs = np.maximum(np.log(found), -1e4).astype(np.float32)
        return logs, following, numbers[self.state((BOS,))]

    def _longer(self, context, shorter):
        """Returns the probabilities of all tokens from those of a shorter context."""
        shares, left = self._seen[context]
        found = left * shorter
        found[list(shares)] += list(shares.values())
        return found


def _counts(sentences, order):
    """Returns the counts of tokens by context, for contexts of 0 to n - 1 tokens."""
    longest: list = [collections.defaultdict(collections.Counter) for _ in range(order)]
    for sentence in sentences:
        for place in range(1, len(sentence)):
            for length in range(min(order - 1, place) + 1):
                context = sentence[place - length : place]
                longest[length][context][sentence[place]] += 1
    for length in range(order - 1):
        # But of begins, which follow nothing, in how many different tokens they follow.
        table: typing.Any = collections.defaultdict(collections.Counter)
        for context, counts in longest[length + 1].items():
            for token in counts:
                table[context[1:]][token] += 1
        for context, counts in longest[length].items():
            if context[:1] == (BOS,):
                table[context] = counts
        longest[length] = table
    return longest


def _with_discount(table):
    counts = collections.Counter(n for row in table.values() for n in row.values())
    once, twice = counts[1], counts[2]
    # Of very few texts, as of those that say the same, one of them is 0.
    return table, once / (once + 2 * twice) if once and twice else 0.5


def _discounted(counts, discount):
    """Returns the tokens' own shares, and the share of shorter contexts."""
    total = sum(counts.values())
    shares = {token: (count - discount) / total for token, count in counts.items()}
    return shares, discount * len(counts) / total
