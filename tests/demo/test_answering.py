import gradio
import pytest
import tensorflow as tf

from kerazoo.demo.answering import answering
from kerazoo.demo.answering import in_one_line


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("Expected\n  a number."), "Expected a number."),
        (OSError("No such file."), "No such file."),
        (ModuleNotFoundError("No module", name="rdkit"), "rdkit is not installed"),
        (
            tf.errors.InvalidArgumentError(
                None,
                None,
                "Graph execution error:\n\nassertion failed: [steps must be positive:] "
                "[0]\n\t [[{{node Assert}}]]",
            ),
            "[steps must be positive:] [0]",
        ),
        (tf.errors.InvalidArgumentError(None, None, "Wrong rank\n[[x]]"), "Wrong rank"),
    ],
)
def test_mistakes_are_one_line(error, said):
    assert in_one_line(error).startswith(said)
    assert "\n" not in in_one_line(error)

    @answering
    def fail():
        raise error

    @answering
    def fail_after_one():
        yield 1
        raise error

    with pytest.raises(gradio.Error) as caught:
        fail()
    assert caught.value.message.startswith(said)
    assert not caught.value.print_exception
    given = fail_after_one()
    assert next(given) == 1
    with pytest.raises(gradio.Error):
        next(given)


def test_errors_of_programmers_are_not_hidden():
    @answering
    def fail():
        raise KeyError("missing")

    with pytest.raises(KeyError):
        fail()
