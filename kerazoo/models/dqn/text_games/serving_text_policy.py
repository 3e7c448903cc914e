"""A trained relevance network as a policy to serve: texts to the best command."""

import functools
import typing

import keras
import numpy as np
import tensorflow as tf

from kerazoo.serving.limits import Limits
from kerazoo.serving.request_checks import Check
from kerazoo.serving.request_checks import all_fit
from kerazoo.serving.request_checks import checked
from kerazoo.serving.request_checks import has_bytes
from kerazoo.serving.request_checks import has_rows
from kerazoo.serving.request_checks import has_rows_of
from kerazoo.serving.tracing import trace
from kerazoo.text.padded import padded
from kerazoo.text.readable import is_blank
from kerazoo.text.special_tokens import UNK
from kerazoo.text.words import WordTokenizer

MOST_COMMANDS = 128  # Columns of a request.


class ServingTextPolicy:
    """Serves a greedy policy that takes texts as the game gives them.

    `choose` takes `state`, strings `(B,)`, and `commands`, strings `(B, C)`, blank
    where a row has fewer. It returns `best` int64 `(B,)`, the column of the best
    command, `command` string `(B,)`, that command, and `q_values` float32 `(B, C)`, the
    least float32 where there is no command; `is_truncated` bool `(B,)`, whether a text
    was longer than what was read of it; and `is_unknown` bool `(B,)`, whether it has a
    word that the vocabulary has not.

    Args:
        model: `RelevanceNetwork`, outside of any strategy.
        tokenizer: `WordTokenizer` that it was trained with.
        max_state_tokens: Tokens of a state that are read.
        max_command_tokens: Tokens of a command that are read.
        limits: What a request may ask for. Default: `Limits()`.

    Attributes:
        module: `tf.Module` of the model's variables, to be exported.

    Example:

    ```python
    from kerazoo.models.dqn.text_games import RelevanceNetwork, TextHouse
    from kerazoo.models.dqn.text_games import ServingTextPolicy
    from kerazoo.text import WordTokenizer

    tokenizer = WordTokenizer(TextHouse.words)
    network = RelevanceNetwork(tokenizer.vocabulary_size, 16)
    network.build()
    ServingTextPolicy(network, tokenizer).choose(
        tf.constant(["you seek the apple ."]),
        tf.constant([["go north", "take apple"]]),
    )["command"]
    ```
    """

    def __init__(
        self,
        model: keras.Model,
        tokenizer: WordTokenizer,
        max_state_tokens: int = 96,
        max_command_tokens: int = 8,
        limits: Limits | None = None,
    ):
        self.module = tf.Module(name="serving_text_policy")
        self.module.weights = [variable.value for variable in model.variables]
        self.module.tokenizer = tokenizer
        self._model = model
        self._tokenizer = tokenizer
        self._lengths = max_state_tokens, max_command_tokens
        self._limits = limits or Limits()

    @functools.cached_property
    def endpoints(self) -> dict[str, typing.Any]:
        """dict of name to concrete function; `serving_default` is `choose`."""
        choose = trace(
            self.choose,
            state=tf.TensorSpec((None,), tf.string),
            commands=tf.TensorSpec((None, None), tf.string),
        )
        return {"serving_default": choose, "choose": choose}

    def choose(self, state: tf.Tensor, commands: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the best commands and the values of all."""
        state, commands = checked((state, commands), self._checks(state, commands))
        rows, columns = tf.unstack(tf.shape(commands))
        tokens = self._tokenizer.encode(state, add_eos=False)
        flat = tf.reshape(commands, [-1])
        of_commands = self._tokenizer.encode(flat, add_eos=False)
        most, most_of_command = self._lengths
        is_long = of_commands.row_lengths() > most_of_command
        has_unknown = tf.reduce_any(of_commands == UNK, axis=1)

        def of_rows(found):
            return tf.reduce_any(tf.reshape(found, (rows, columns)), axis=1)

        read = padded(of_commands[:, :most_of_command])
        q_values = self._model(
            {
                "state": padded(tokens[:, :most]),
                "commands": tf.reshape(read, (rows, columns, tf.shape(read)[1])),
            },
            training=False,
        )
        q_values = tf.where(self._offered(commands), q_values, q_values.dtype.min)
        best = tf.argmax(q_values, axis=-1, output_type=tf.int64)
        return {
            "best": best,
            "command": tf.gather(commands, best, batch_dims=1),
            "q_values": q_values,
            "is_truncated": (tokens.row_lengths() > most) | of_rows(is_long),
            "is_unknown": tf.reduce_any(tokens == UNK, axis=1) | of_rows(has_unknown),
        }

    def example(self) -> dict[str, dict[str, np.ndarray]]:
        """Returns a made-up request, for TensorFlow Serving's warm-up."""
        request = {
            "state": np.array(["a room"], object),
            "commands": np.array([["look", ""]], object),
        }
        return {"serving_default": request}

    def _offered(self, commands):
        """Returns which commands are some, bool `(B, C)`."""
        blank = is_blank(tf.reshape(commands, [-1]))
        return ~tf.reshape(blank, tf.shape(commands))

    def _checks(self, state, commands):
        limits, columns = self._limits, tf.shape(commands)[1]
        some = tf.reduce_any(self._offered(commands), axis=1)
        rows = tf.range(tf.shape(commands)[0])
        return [
            has_rows("state", state, limits.max_examples),
            has_rows_of("commands", commands, "`state`", tf.shape(state)[0]),
            Check(
                (columns >= 1) & (columns <= MOST_COMMANDS),
                "commands",
                f"have from 1 to {MOST_COMMANDS} columns",
                lambda: columns,
            ),
            all_fit(
                "commands", rows, some, "offer one in each row, not none as in row"
            ),
            has_bytes("state", state, limits.max_text_bytes),
            has_bytes("commands", commands, limits.max_text_bytes),
        ]
