import pytest

from apps.cli import errors
from apps.cli import run_flags  # noqa: F401  Its flags are named below.


@pytest.mark.parametrize(
    "message, shown",
    [
        (
            "`batch_size` must be a multiple of 2. Received: batch_size=9",
            "--batch_size must be a multiple of 2. Received: --batch_size=9",
        ),
        (
            "`seed` and `noflag` differ. Received: seed=1, noflag=2 (workdir=a=c)",
            "--seed and `noflag` differ. Received: --seed=1, noflag=2 (--workdir=a=c)",
        ),
        ("Use `workdir`, seed=3 before", "Use --workdir, seed=3 before"),
        ("over\n  two lines", "over two lines"),
        ("Received: --seed=3", "Received: --seed=3"),
    ],
)
def test_library_messages_in_the_words_of_the_command_line(message, shown):
    assert errors.in_flags(message) == shown


def test_missing_package_names_the_extra():
    with (
        pytest.raises(errors.UserError, match=r"pip install 'kerazoo\[dqn\]'"),
        errors.heavy_imports("dqn"),
    ):
        import package_that_is_not_there  # noqa: F401
