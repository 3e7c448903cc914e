import copy

import numpy as np
import pytest

from kerazoo.models.dqn.config import HouseConfig
from kerazoo.models.dqn.text_games import TextHouse
from kerazoo.models.dqn.text_games import play_by_rules
from kerazoo.models.dqn.text_games import play_text_episode
from kerazoo.models.dqn.text_games import random_choice
from kerazoo.models.dqn.text_games import score_text_policy
from kerazoo.models.dqn.text_games import shortest_plan
from kerazoo.models.dqn.text_games.house import Door
from kerazoo.models.dqn.text_games.house import House
from kerazoo.text.words import split_words

SIZES = [
    HouseConfig(),
    HouseConfig(2, 2, 1, 0),
    HouseConfig(12, 12, 4, 8),
    HouseConfig(3, 5, 1, 2),
]
# The key is in the chest of the hall, behind the locked door is the apple.
SMALL = House(
    rooms=("study", "attic"),
    exits=({"north": 1}, {"south": 0}),
    doors={(0, 1): Door("red door", "red key")},
    containers=(("chest",), ()),
    places={"red key": (0, "chest"), "apple": (1, "floor"), "pear": (0, "floor")},
    wanted=("apple",),
)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_every_house_is_won_by_its_plan(sizes):
    game = TextHouse(sizes, max_steps=1_000)
    for seed in range(10 if sizes.num_foods > 4 else 50):
        _, info = game.reset(seed=seed)
        if sizes.num_foods <= 4:
            plan = shortest_plan(game.house)
        else:  # Too many states to search them all.
            plan = rules_of(game, seed)
        total = 0.0
        for command in plan:
            assert command in info["commands"] and not info["won"]
            _, reward, terminated, truncated, info = game.step(command)
            total += reward
        assert info["won"] and terminated and not truncated
        assert total == pytest.approx(1)


def rules_of(game, seed):
    taken = []

    def choose(text, commands):
        taken.append(play_by_rules(text, commands))
        return taken[-1]

    play_text_episode(choose, game, seed)
    game.reset(seed=seed)
    return taken


def test_plan_is_the_shortest():
    """No sequence of fewer commands of the game itself wins, whichever is taken."""
    game = TextHouse(HouseConfig(2, 3, 1, 0))
    for seed in range(4):
        game.reset(seed=seed)
        length = len(shortest_plan(game.house))
        reached = [game]
        for steps in range(1, min(length, 6)):
            reached = [step for state in reached for step in followers(state)]
            assert not any(won for _, won in reached), (seed, steps)
            reached = list({key(state): state for state, _ in reached}.values())


def followers(game):
    for command in list(game._commands):
        other = TextHouse(game.config)
        other.enter(game.house)
        for name in ("_room", "_places", "_held", "_brought", "_seen"):
            setattr(other, name, copy.copy(getattr(game, name)))
        other._open = set(game._open)
        other._observe()
        yield other, other.step(command)[4]["won"]


def key(game):
    return (
        *(game._room, frozenset(game._places.items()), frozenset(game._held)),
        *(frozenset(game._open), frozenset(game._brought)),
    )


def test_small_house_by_hand():
    game = TextHouse()
    text, info = game.enter(SMALL)
    assert text == (
        "you are in the study . the table is here . the chest is closed . on the floor "
        "the pear . north is locked , the red door . you seek the apple ."
    )
    assert info == {"commands": ["open chest", "take pear"], "won": False}
    rewards = []
    for command, offered in {
        "open chest": ["close chest", "take red key", "take pear"],
        "take pear": ["close chest", "take red key", "drop pear", "put pear on table"],
        "put pear on table": ["close chest", "take red key"],
        "take red key": ["unlock red door", "close chest", "drop red key"],
        "unlock red door": ["go north", "close chest", "drop red key"],
        "go north": ["go south", "take apple", "drop red key"],
        "take apple": ["go south", "drop red key", "drop apple"],
        "go south": [
            *("go north", "close chest", "drop red key", "drop apple"),
            "put apple on table",
        ],
        "put apple on table": ["go north", "close chest", "drop red key"],
    }.items():
        text, reward, terminated, truncated, info = game.step(command)
        rewards.append(reward)
        assert info["commands"] == offered
        assert not truncated and terminated == info["won"]
    assert rewards == [0, 0, 0, 0, 0, 0, 0.5, 0, 0.5] and terminated
    assert "north is done , the attic ." in text and "nothing to seek ." in text
    assert shortest_plan(SMALL) == [
        *("open chest", "take red key", "unlock red door", "go north"),
        *("take apple", "go south", "put apple on table"),
    ]


def test_dropping_takes_back_what_taking_gave():
    game = TextHouse()
    game.enter(SMALL)
    for command in ("open chest", "take red key", "unlock red door", "go north"):
        game.step(command)
    assert game.step("take apple")[1] == 0.5
    text, reward, *_ = game.step("drop apple")
    assert reward == -0.5 and "you seek the apple ." in text
    assert game.step("take apple")[1] == 0.5


def test_any_command_that_is_offered_works():
    for sizes in SIZES:
        game = TextHouse(sizes, max_steps=200)
        choose = random_choice(0)
        for seed in range(5):
            text, info = game.reset(seed=seed)
            for _ in range(200):
                offered = info["commands"]
                assert 0 < len(set(offered)) == len(offered) <= game.max_commands
                assert {w.decode() for w in split_words(text)} <= set(game.words)
                words = {w.decode() for c in offered for w in split_words(c)}
                assert words <= set(game.words)
                assert game.observation_space.contains(text)
                text, _, terminated, truncated, info = game.step(choose(text, offered))
                if terminated or truncated:
                    break


def test_command_that_is_not_offered_is_refused():
    game = TextHouse()
    game.enter(SMALL)
    with pytest.raises(ValueError, match="one of: open chest, take pear.*fly"):
        game.step("fly")


def test_notes_say_where_there_is_more_to_do():
    """What is said of a doorway changes with what is left behind it."""
    game = TextHouse()
    house = House(
        rooms=("study", "attic", "cellar"),
        exits=({"north": 1, "south": 2}, {"south": 0}, {"north": 0}),
        doors={},
        containers=((), ("box",), ()),
        places={"apple": (1, "box"), "pear": (2, "floor")},
        wanted=("apple",),
    )
    assert "north is new . south is new ." in game.enter(house)[0]
    game.step("go north")
    text = game.step("go south")[0]
    assert "north has more to do , the attic . south is new ." in text
    game.step("go north")
    game.step("open box")
    assert "north has more to do" in game.step("go south")[0]  # The apple is there.
    game.step("go south")
    text = game.step("go north")[0]
    assert "south is done , the cellar ." in text  # The pear is of no use.


def test_seeds_make_the_houses_and_splits_share_none():
    def houses(split):
        game = TextHouse(split=split)
        made = []
        for seed in range(200):
            game.reset(seed=seed)
            made.append(repr(game.house))
        return made

    train, test = houses("train"), houses("test")
    assert train == houses("train")
    assert len({*train, *test, *houses("validation")}) == 600


def test_houses_follow_from_the_first_seed():
    def episodes(seed):
        game = TextHouse()
        game.reset(seed=seed)
        return [repr(game.house) for _ in range(3) if game.reset()]

    assert episodes(1) == episodes(1) != episodes(2)


def test_rules_win_where_chance_does_not():
    game = TextHouse(HouseConfig(4, 6, 2, 2), "test")
    rules = score_text_policy(play_by_rules, game, range(50))
    chance = score_text_policy(random_choice(0), game, range(50))
    assert rules["success_rate"] == rules["mean_return"] == 1
    assert rules["mean_steps"] < 25
    assert chance["success_rate"] < 0.2 and chance["mean_steps"] > 45


def test_episode_is_cut_off():
    game = TextHouse(max_steps=2)
    game.enter(SMALL)
    assert game.step("take pear")[2:4] == (False, False)
    assert game.step("drop pear")[2:4] == (False, True)


@pytest.mark.parametrize(
    "sizes, message",
    [
        ({"min_rooms": 1}, "min_rooms=1"),
        ({"min_rooms": 5, "max_rooms": 4}, "max_rooms=4"),
        ({"max_rooms": 13}, "at most 12"),
        ({"wanted_foods": 0}, "wanted_foods=0"),
        ({"wanted_foods": 6, "other_foods": 7}, "at most 12"),
    ],
)
def test_sizes_out_of_range_are_refused(sizes, message):
    with pytest.raises(ValueError, match=message):
        HouseConfig(**sizes)


def test_unknown_split_is_refused():
    with pytest.raises(ValueError, match="train, validation, test.*split=dev"):
        TextHouse(split="dev")


def test_house_without_a_way_is_told():
    locked = {(0, 1): Door("red door", "blue key")}
    house = House(SMALL.rooms, SMALL.exits, locked, ((), ()), SMALL.places, ("apple",))
    with pytest.raises(ValueError, match="cannot be won"):
        shortest_plan(house)


def test_generator_is_all_randomness():
    game = TextHouse()
    np.random.seed(0)
    game.reset(seed=3)
    first = repr(game.house)
    np.random.seed(1)
    game.reset(seed=3)
    assert repr(game.house) == first
