"""Engines that play Go by the Go Text Protocol, such as GNU Go."""

import contextlib
import shlex
import shutil
import subprocess
import typing

from kerazoo.models.dqn.boards.board_game import BoardGame


def find_engine(command: str) -> bool:
    """Returns whether the program of a command is installed.

    Args:
        command: Such as `"gnugo --mode gtp --level 1"`.

    Raises:
        ValueError: If it is no command.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ValueError(
            f"`gtp_engine` is no command: {error}. Received: gtp_engine={command}"
        ) from error
    return bool(words) and shutil.which(words[0]) is not None


class GtpPlayer:
    """Lets an engine of the Go Text Protocol, version 2, choose moves.

    Each position is set up anew from its history.

    Args:
        game: `BoardGame` of Go.
        command: Starts the engine.

    Raises:
        ValueError: If the game is not Go; later, if the engine refuses or has ended.

    Example:

    ```python
    from kerazoo.models.dqn.boards.gtp_player import GtpPlayer
    from kerazoo.models.dqn.boards.gtp_player import find_engine

    game = BoardGame("go(board_size=5)")
    if find_engine("gnugo"):
        GtpPlayer(game, "gnugo --mode gtp --level 1")([game.new_state()])
    ```
    """

    def __init__(self, game: BoardGame, command: str):
        if game.short_name != "go":
            raise ValueError(
                f"`gtp_engine` plays Go alone. Received: game={game.name}, "
                f"gtp_engine={command}"
            )
        parameters = game.game.get_parameters()
        self._command = command
        self._size = int(parameters["board_size"])
        self._komi = float(parameters["komi"])
        self._process = subprocess.Popen(
            shlex.split(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def __call__(self, states: typing.Sequence[typing.Any]) -> list[int]:
        return [self._move(state) for state in states]

    def close(self) -> None:
        """Ends the engine."""
        if self._process.poll() is None:
            try:
                self._ask("quit")
                self._process.wait(timeout=10)
            except (ValueError, subprocess.TimeoutExpired):
                self._process.kill()
                self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):  # Of one that has ended.
                    pipe.close()

    def _move(self, state):
        self._ask(f"boardsize {self._size}")
        self._ask(f"komi {self._komi:g}")
        self._ask("clear_board")
        for player, action in _moves(state):
            self._ask(f"play {state.action_to_string(player, action)}")
        player = state.current_player()
        color = "BW"[player]
        answer = self._ask(f"genmove {color}").lower()
        valid = {
            state.action_to_string(player, action).split()[1].lower(): action
            for action in state.legal_actions()
        }
        # One that resigns passes: the stones on the board then decide.
        return valid.get(answer, valid["pass"])

    def _ask(self, command):
        """Sends a command; returns the answer."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None
        try:
            stdin.write(f"{command}\n")
            stdin.flush()
        except BrokenPipeError:
            pass  # That it has ended shows below.
        lines = []
        for line in stdout:
            if not line.strip():
                if lines:
                    break
                continue
            lines.append(line.strip())
        answer = " ".join(lines)
        if not answer.startswith("="):
            said = answer.removeprefix("?").strip() or "it has ended"
            raise ValueError(
                f"The engine failed at {command!r}: {said}. "
                f"Received: gtp_engine={self._command}"
            )
        return answer.removeprefix("=").strip()


def check_engine(game: BoardGame, command: str) -> None:
    """Refuses an engine that does not begin a game.

    Args:
        game: `BoardGame` of Go.
        command: Starts the engine.

    Raises:
        ValueError: If it does not.
    """
    player = GtpPlayer(game, command)
    try:
        player([game.new_state()])
    finally:
        player.close()


def _moves(state):
    """Gives pairs of who moved and the action; Black begins."""
    for item in state.full_history():
        yield item.player, item.action
