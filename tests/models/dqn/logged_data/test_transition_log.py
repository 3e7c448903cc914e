import kerazoo.models.dqn  # noqa: F401

# isort: split
import gymnasium
import numpy as np
import pytest

from kerazoo.models.dqn.environment import GymnasiumEnvironment
from kerazoo.models.dqn.logged_data import TransitionLog
from kerazoo.models.dqn.logged_data import TransitionSpecs
from kerazoo.models.dqn.logged_data import read_stretches
from kerazoo.models.dqn.logged_data import transition_log

COPIES = 2


def make_environment():
    return GymnasiumEnvironment("CartPole-v1", COPIES, seed=3, max_episode_steps=15)


def make_log(folder, **kwargs):
    return TransitionLog(folder, TransitionSpecs.of(make_environment()), **kwargs)


class Play:
    """Plays random actions, the same in every test."""

    def __init__(self):
        self.environment = make_environment()
        self.random = np.random.default_rng(0)
        self.time_step = self.environment.reset()

    def go(self, log, rows):
        for _ in range(rows):
            action = self.random.integers(0, 2, COPIES)
            following = self.environment.step(action)
            log.add(self.time_step, action, following)
            self.time_step = following


def played_by_hand(rows):
    """Returns what gymnasium itself gives, as (observation, action, reward, next)."""
    random = np.random.default_rng(0)
    actions = random.integers(0, 2, (rows, COPIES))
    found = []
    for copy in range(COPIES):
        env = gymnasium.make("CartPole-v1", max_episode_steps=15)
        observation, _ = env.reset(seed=3 + copy)
        done = False
        for action in actions[:, copy]:
            if done:
                observation, _ = env.reset()
                done = False
                continue
            following, reward, terminated, truncated, _ = env.step(action)
            found.append((observation, action, reward, 1.0 - terminated, following))
            observation, done = following, terminated or truncated
    return found


def transitions(folder):
    found = []
    for stretch in read_stretches(folder, TransitionSpecs.of(make_environment())):
        for i, action in enumerate(stretch.action):
            before, after = stretch.observation[i : i + 2]
            found.append(
                (before, action, stretch.reward[i], stretch.discount[i], after)
            )
    return found


def keys(found):
    return sorted(tuple(np.concatenate([np.ravel(x) for x in row])) for row in found)


@pytest.mark.parametrize("compress", [False, True])
def test_log_has_each_transition_that_was_played_once(tmp_path, compress):
    log = make_log(tmp_path, compress=compress)
    play = Play()
    for rows in (30, 41, 0, 9):
        play.go(log, rows)
        found = log.commit()
    names = sorted(path.name for path in tmp_path.glob("*.tfrecord*"))
    assert len(names) == 3 == found["shards"]
    assert all(name.endswith(".gz") == compress for name in names)
    by_hand = played_by_hand(80)
    assert keys(transitions(tmp_path)) == keys(by_hand)
    assert found["num_transitions"] == len(by_hand)
    ends = {discount for _, _, _, discount, _ in by_hand}
    assert ends == {0.0, 1.0}


def test_stretches_begin_episodes_where_they_do(tmp_path, monkeypatch):
    monkeypatch.setattr(transition_log, "_ROWS", 7)
    log, play = make_log(tmp_path), Play()
    play.go(log, 60)
    log.commit()
    stretches = list(read_stretches(tmp_path, log.specs))
    assert max(len(stretch.action) for stretch in stretches) == 7
    begun = sum(stretch.is_first for stretch in stretches)
    # One per copy, and one after each end but where the log ended with it.
    by_hand = Play()
    firsts = COPIES
    for _ in range(60):
        by_hand.time_step = by_hand.environment.step(
            by_hand.random.integers(0, 2, COPIES)
        )
        firsts += int((by_hand.time_step.step_type == 0).sum())
    nothing_after = int((by_hand.time_step.step_type == 0).sum())
    assert begun == firsts - nothing_after


def test_killed_run_goes_on_without_gaps_and_doubles(tmp_path):
    logs, run = tmp_path / "logs", tmp_path / "run"
    log = make_log(logs)
    log.begin(run)
    play = Play()
    play.go(log, 20)
    saved = log.commit()
    play.go(log, 20)
    log.commit()  # The checkpoint that belongs to it was not written.
    play.go(log, 1_500)  # Killed with a shard begun.
    assert list(logs.glob(".transitions*"))

    again = make_log(logs)
    again.rewind(**saved)
    again.begin(run)
    assert not list(logs.glob(".transitions*"))
    play = Play()
    play.go(make_log(tmp_path / "elsewhere"), 20)
    play.go(again, 25)
    again.commit()
    assert keys(transitions(logs)) == keys(played_by_hand(45))


def test_runs_that_share_a_folder_leave_each_other_alone(tmp_path):
    for name in ("one", "two"):
        log = make_log(tmp_path / "logs")
        log.begin(tmp_path / name)
        play = Play()
        play.go(log, 30)
        log.commit()
    assert len(list((tmp_path / "logs").glob("*.tfrecord"))) == 2
    assert keys(transitions(tmp_path / "logs")) == keys(2 * played_by_hand(30))


def test_folder_of_another_environment_is_refused(tmp_path):
    TransitionSpecs((6,), "float32", 3).write(tmp_path)
    with pytest.raises(ValueError, match="another environment"):
        make_log(tmp_path)
