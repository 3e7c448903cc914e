import kerazoo.models.dqn  # noqa: F401

# isort: split
import os
import signal
import time

import gymnasium
import numpy as np
import pytest

from kerazoo.models.dqn.environment import GymnasiumEnvironment
from kerazoo.models.dqn.foreign_errors import EnvironmentFailure
from kerazoo.models.dqn.serial_envs import SerialEnvs
from kerazoo.models.dqn.worker_envs import WorkerEnvs


class Counting(gymnasium.Env):
    """Observes its seed and its step; masks the action of the step's parity."""

    observation_space = gymnasium.spaces.Box(0, 255, (2,), np.uint8)
    action_space = gymnasium.spaces.Discrete(2)

    def __init__(self, length=3, error=None, delay=0.0):
        self.length, self.error, self.delay = length, error, delay

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        if seed is not None:
            self.seed = seed
        self.time = 0
        return self._observe()

    def step(self, action):
        self.time += 1
        time.sleep(self.delay)
        if self.error and self.time == 2 and self.seed == 1:
            raise self.error
        observation, info = self._observe()
        return observation, float(action), self.time == self.length, False, info

    def _observe(self):
        mask = np.arange(2) != self.time % 2
        return np.array([self.seed, self.time], np.uint8), {"action_mask": mask}


@pytest.fixture
def closing():
    opened = []
    yield opened.append
    for envs in opened:
        envs.close()


def test_fewer_processes_than_copies_step_as_one_does(closing):
    envs = WorkerEnvs([Counting] * 4, num_workers=2, action_mask=True)
    closing(envs)
    assert len(envs.processes) == 2
    assert envs.single_observation_space == Counting.observation_space
    alone = SerialEnvs([Counting] * 4, action_mask=True)
    random = np.random.default_rng(0)
    steps = [envs.reset(range(4)), alone.reset(range(4))]
    for _ in range(8):
        for here, there in zip(*steps, strict=True):
            np.testing.assert_array_equal(here, there)
            assert here.dtype == there.dtype
        actions = random.integers(0, 2, 4)
        steps = [envs.step(actions), alone.step(actions)]
    envs.close()
    assert not any(process.is_alive() for process in envs.processes)


def test_observations_given_before_are_not_written_over(closing):
    envs = WorkerEnvs([Counting] * 2, num_workers=2)
    closing(envs)
    first = envs.reset([7, 8]).observation
    envs.step(np.zeros(2, np.int64))
    assert first.tolist() == [[7, 0], [8, 0]]


@pytest.mark.parametrize("workers", [0, 3, 5])
def test_copies_that_cannot_be_shared_out_raise(workers):
    with pytest.raises(ValueError, match=f"num_workers={workers}, num_envs=4"):
        WorkerEnvs([Counting] * 4, workers)


def test_processes_must_divide_the_copies():
    with pytest.raises(ValueError, match="`env_workers`.*env_workers=3, num_envs=4"):
        GymnasiumEnvironment(Counting, 4, env_workers=3)


def test_error_of_an_environment_names_its_place(closing):
    environment = GymnasiumEnvironment(
        Counting, 2, env_workers=1, seed=0, error=KeyError("x")
    )
    closing(environment)
    environment.reset()
    environment.step(np.zeros(2, int))
    with pytest.raises(
        EnvironmentFailure,
        match=r"^The environment Counting failed at step 2 of an episode: "
        r"KeyError: 'x' \(test_worker_envs.py, line \d+\)$",
    ):
        environment.step(np.zeros(2, int))


def test_process_that_ends_is_one_line_and_the_others_are_ended(closing):
    environment = GymnasiumEnvironment(Counting, 4, env_workers=2, seed=0)
    closing(environment)
    environment.reset()
    processes = environment.envs.processes
    os.kill(processes[1].pid, signal.SIGKILL)
    with pytest.raises(
        EnvironmentFailure,
        match=r"^The environment Counting failed at step 1 of an episode: process 1 of "
        "its 2 ended by signal SIGKILL; [^\n]*$",
    ):
        environment.step(np.zeros(4, int))
    begun = time.monotonic()
    environment.close()
    environment.close()
    assert time.monotonic() - begun < 5
    assert not any(process.is_alive() for process in processes)


def test_signals_for_all_leave_the_processes_to_their_parent(closing):
    envs = WorkerEnvs([Counting] * 2, num_workers=2)
    closing(envs)
    envs.reset([0, 1])
    for process in envs.processes:
        os.kill(process.pid, signal.SIGINT)
    assert envs.step(np.ones(2, np.int64)).reward.tolist() == [1.0, 1.0]


def test_closing_in_the_midst_of_a_step_does_not_wait_for_it():
    envs = WorkerEnvs([lambda: Counting(delay=60.0)], num_workers=1)
    envs.reset([0])

    def interrupt(*_):
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    begun = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            envs.step(np.zeros(1, np.int64))
    finally:
        signal.signal(signal.SIGALRM, previous)
    envs.close()
    assert time.monotonic() - begun < 10
    assert not envs.processes[0].is_alive()
