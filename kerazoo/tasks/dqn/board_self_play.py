"""Playing a board game, learnt by playing against itself."""

import dataclasses
import itertools
import pathlib
import typing

import keras
import tensorflow as tf

from kerazoo.models.dqn.boards.board_card import describe_board
from kerazoo.models.dqn.boards.board_environment import BoardEnvironment
from kerazoo.models.dqn.boards.gtp_player import GtpPlayer
from kerazoo.models.dqn.boards.gtp_player import check_engine
from kerazoo.models.dqn.boards.gtp_player import find_engine
from kerazoo.models.dqn.boards.loading import name_of_game
from kerazoo.models.dqn.boards.matches import Tally
from kerazoo.models.dqn.boards.matches import play_match
from kerazoo.models.dqn.boards.players import GreedyPlayer
from kerazoo.models.dqn.boards.players import Player
from kerazoo.models.dqn.boards.players import RandomPlayer
from kerazoo.models.dqn.boards.players import TreeSearchPlayer
from kerazoo.models.dqn.boards.search import Search
from kerazoo.models.dqn.boards.self_play import SelfPlay
from kerazoo.models.dqn.boards.self_play_replay import SELF_PLAY_REPLAYS
from kerazoo.models.dqn.boards.self_play_replay import BaseSelfPlayReplay
from kerazoo.models.dqn.boards.serving_player import ServingPlayer
from kerazoo.models.dqn.config import AgentConfig
from kerazoo.models.dqn.config import CollectionConfig
from kerazoo.models.dqn.config import ExplorationConfig
from kerazoo.models.dqn.config import NetworkConfig
from kerazoo.models.dqn.config import ReplayConfig
from kerazoo.models.dqn.config import SelfPlayConfig
from kerazoo.models.dqn.config import make_agent
from kerazoo.models.dqn.config import make_q_network
from kerazoo.models.dqn.config import make_replay
from kerazoo.models.dqn.host_network import HostNetwork
from kerazoo.models.dqn.torsos.compiling import compiles_well
from kerazoo.serving.limits import Limits
from kerazoo.tasks.dqn.learning_curves import draw_learning_curves
from kerazoo.training.base_task import BaseTask
from kerazoo.training.base_task import free
from kerazoo.training.model_card import ModelCard
from kerazoo.training.strategy import check_batch_size
from kerazoo.training.task import Best

# Seeds of opponents in evaluations lie far from each other.
_SELECTION_SEED = 1_000_000_000
_TEST_SEED = 2_000_000_000


@dataclasses.dataclass
class BoardSelfPlay(BaseTask):
    """Learns to play a board game of OpenSpiel by playing against itself.

    The newest model is the one that is measured and exported: a hundred games say less
    about which of two is better than that one of them has learnt for longer.

    Args:
        game: OpenSpiel's name of a game of two players and its parameters, such as
            `"connect_four"` or `"go(board_size=5,komi=7.5)"`.
        num_envs: Boards that are played on together.
        batch_size: Transitions of a gradient step, over all devices.
        eval_episodes: Games of an evaluation against each opponent, half of them begun
            by the opponent.
        mcts_simulations: Simulations of a move of the tree search that is played
            against.
        search_depth: Moves to look ahead in the last evaluation, which measures the
            network alone, too; 1 for none.
        gtp_engine: Command of an engine that plays Go by the Go Text Protocol: the last
            evaluation plays against it, where it is installed.
        network: `NetworkConfig`, what computes action values.
        agent: `AgentConfig`, how they are learnt.
        replay: `ReplayConfig`, what is remembered.
        exploration: `ExplorationConfig`, how often a move is another than the best.
        collection: `CollectionConfig`, how experience and gradient steps take turns.
        self_play: `SelfPlayConfig`, opponents, openings and symmetries.
        limits: `kerazoo.serving.Limits`, what a request to the served model may ask
            for.

    Attributes:
        environment: `BoardEnvironment` to learn in. After `build`.
        q_values: `HostNetwork`, function of planes `(N, H, W, C)` to float `(N, A)`.
            After `build`.

    Example:

    ```python
    from kerazoo.tasks.dqn import BoardSelfPlay  # Before TensorFlow.
    import kerazoo
    from kerazoo.training import Schedule

    task = BoardSelfPlay("tic_tac_toe", eval_episodes=10)
    result = kerazoo.run(task, "runs/crosses", Schedule(train_steps=64, eval_every=64))
    result["random_win_rate"]  # 0.6 or so; 0.95 and more after some 2,000 steps
    ```
    """

    game: str = "tic_tac_toe"
    num_envs: int = 32
    batch_size: int = 128
    eval_episodes: int = free(100)
    mcts_simulations: int = free(100)
    search_depth: int = free(2)
    gtp_engine: str = free("gnugo --mode gtp --level 1 --chinese-rules")
    network: NetworkConfig = dataclasses.field(default_factory=NetworkConfig)
    agent: AgentConfig = dataclasses.field(default_factory=AgentConfig)
    replay: ReplayConfig = dataclasses.field(default_factory=ReplayConfig)
    exploration: ExplorationConfig = dataclasses.field(
        default_factory=ExplorationConfig
    )
    collection: CollectionConfig = dataclasses.field(default_factory=CollectionConfig)
    self_play: SelfPlayConfig = dataclasses.field(default_factory=SelfPlayConfig)
    limits: Limits = free(Limits())

    family: typing.ClassVar[str] = "dqn"
    # OpenSpiel is not installed, no room for the replay.
    mistakes: typing.ClassVar[tuple[type[Exception], ...]] = (ImportError, MemoryError)

    def __post_init__(self):
        self._folder: pathlib.Path | None = None

    @property
    def name(self) -> str:
        """Name of the game, with its numbers: `go_5_7.5`."""
        return name_of_game(self.game)

    @property
    def title(self) -> str:
        return "board"

    def build(
        self, strategy: tf.distribute.Strategy, train_steps: int, seed: int
    ) -> None:
        self.seed = seed
        check_boards(self.num_envs, self.self_play)
        self.environment = BoardEnvironment(self.game, self.num_envs)
        check_batch_size(self.batch_size, strategy)
        if self._has_engine():  # An engine that fails is told now, not after hours.
            check_engine(self.environment.game, self.gtp_engine)
        with strategy.scope():
            network = make_q_network(self.environment, self.network, seed, self.agent)
            self._agent = make_agent(self.environment, network, self.agent, seed)
            self.model = self._agent.values_model
        self.q_values = HostNetwork(self.model)
        symmetries = self.environment.game.symmetries
        self._replay = make_replay(
            self.environment,
            self.replay,
            self.agent.discount,
            kinds=SELF_PLAY_REPLAYS,
            symmetries=symmetries if self.self_play.symmetries else None,
        )

    def describe_data(self) -> str:
        game = self.environment.game
        symmetries = len(game.symmetries)
        turned = f", {symmetries} symmetries" if symmetries > 1 else ""
        return (
            f"{self.game}: planes {game.shape}, {game.num_actions} actions, at most "
            f"{game.longest} moves{turned}; {self.num_envs} boards"
        )

    def steps(
        self, strategy: tf.distribute.Strategy, jit_compile: bool | None
    ) -> SelfPlay:
        if jit_compile is None:
            jit_compile = compiles_well(self.model)
        return SelfPlay(
            self.environment,
            self._agent,
            self.q_values,
            typing.cast(BaseSelfPlayReplay, self._replay),
            self.exploration.make(),
            strategy,
            self.self_play,
            batch_size=self.batch_size,
            config=self.collection,
            seed=self.seed,
            jit_compile=jit_compile,
        )

    def begin(self, folder: pathlib.Path, step: int) -> None:
        self._folder = folder

    def evaluate(self, step: int) -> dict[str, float]:
        found = {}
        for name, opponent in self._opponents(_SELECTION_SEED).items():
            tally = self._play(opponent)
            found[f"{name}_win_rate"] = tally.win_rate
            found[f"{name}_draw_rate"] = tally.draws / tally.games
        return found

    def measure(self, best: Best) -> dict[str, typing.Any]:
        self.q_values.refresh()
        found: dict[str, typing.Any] = {}
        depths = {1: ""}
        if self.search_depth > 1:
            depths[self.search_depth] = "search_"
        for depth, prefix in depths.items():
            for name, opponent in self._opponents(_TEST_SEED, last=True).items():
                try:
                    tally = self._play(opponent, depth)
                finally:
                    if isinstance(opponent, GtpPlayer):
                        opponent.close()
                found[f"{prefix}{name}_win_rate"] = tally.win_rate
                found[f"{prefix}{name}_games"] = dataclasses.asdict(tally)
        return {
            **found,
            "episodes": self.eval_episodes,
            "search_depth": self.search_depth,
            "score": found["mcts_win_rate"],
        }

    def pictures(self, best: Best) -> dict[str, bytes]:
        if self._folder is None:
            return {}
        return draw_learning_curves([self._folder], "mcts_win_rate")

    def pictures_of_seeds(
        self, folders: typing.Sequence[pathlib.Path]
    ) -> dict[str, bytes]:
        return draw_learning_curves(folders, "mcts_win_rate")

    def serving(self, model: keras.Model) -> ServingPlayer:
        return ServingPlayer(model, self.environment, self.limits)

    def card(self) -> ModelCard:
        return ModelCard(
            summary=f"Plays {self.game}, either side: the move of the highest value.",
            intended_use="Playing this game, of these parameters.",
            limitations=(
                "It looks one move ahead: what takes several moves it may miss, unless "
                "a search asks it about the positions that follow.",
                "Positions that its own games never came near may be valued wrongly.",
            ),
            measured_on=(
                f"{self.eval_episodes:,} games against each opponent, half of them "
                "begun by it; draws count as half; the tree search has "
                f"{self.mcts_simulations:,} simulations a move"
            ),
            licence="none: it learns from the games it plays against itself",
        )

    def metadata(self) -> dict[str, typing.Any]:
        game = self.environment.game
        return {
            "task": "board",
            "game": self.game,
            "planes": list(game.plane_names),
            "actions": game.action_names(),
            "board": str(game.new_state()),
            "discount": self.agent.discount,
            "limits": self.limits.describe("max_examples"),
        }

    def files(self) -> dict[str, bytes]:
        game = self.environment.game
        return {"board.txt": describe_board(game).encode()}

    def _opponents(self, first_seed, last=False):
        """Returns who is played against, by name."""
        seed = first_seed + self.seed
        game = self.environment.game
        found = {
            "random": RandomPlayer(seed),
            "mcts": TreeSearchPlayer(game, self.mcts_simulations, seed),
        }
        if last and self._has_engine():
            found["gtp"] = GtpPlayer(game, self.gtp_engine)
        return found

    def _has_engine(self):
        is_go = self.environment.game.short_name == "go"
        return is_go and find_engine(self.gtp_engine)

    def _play(self, opponent: Player, depth: int = 1) -> Tally:
        game = self.environment.game
        search = Search(game, self.q_values, depth, self.agent.discount)
        return play_match(game, GreedyPlayer(search), opponent, self.eval_episodes)


def check_boards(num_envs: int, self_play: SelfPlayConfig) -> None:
    """Refuses a share of boards that is less than one of them.

    Raises:
        ValueError: If it is.
    """
    share = self_play.opponent_share
    if share and round(share * num_envs) < 1:
        least = next(n for n in itertools.count(1) if round(share * n) >= 1)
        raise ValueError(
            f"`num_envs` must be at least {least} for earlier selves to play on "
            f"{share:g} of the boards, or `opponent_share` 0. "
            f"Received: num_envs={num_envs}, opponent_share={share:g}"
        )
