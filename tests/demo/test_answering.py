import gradio
import pytest
import tensorflow as tf

from kerazoo.demo.answering import answering
from kerazoo.demo.answering import in_one_line
from kerazoo.demo.model import Model
from tests.demo.exports import exports


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


def test_what_tensorflow_says_of_its_graph_is_left_out():
    inputs = {"node_features": [[0.0] * 34], "source": [0], "target": [7]}
    model = Model(exports()["nodes"])
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        model.ask("tensors", **inputs)
    assert in_one_line(caught.value) == "segment_ids[0] = 7 is out of range [0, 1)"
    request = {"count": 1, "seed": 0, "guidance": 1, "label": [0]}
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        Model(exports()["diffusion"]).ask("sample", steps=0, **request)
    assert in_one_line(caught.value) == "[steps must be positive:] [0]"
