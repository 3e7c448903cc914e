"""Training steps that come with hands: play some, then learn from all there were."""

import time
import typing

import keras
import numpy as np
import tensorflow as tf
from tf_agents.agents import tf_agent
from tf_agents.agents.dqn import dqn_agent
from tf_agents.trajectories import policy_step
from tf_agents.trajectories import time_step as ts
from tf_agents.trajectories import trajectory

from kerazoo.models.dqn.cards.average_policy import probabilities_of
from kerazoo.models.dqn.cards.game_tree import GameTree
from kerazoo.models.dqn.cards.hands import decisions_of
from kerazoo.models.dqn.cards.hands import play_hands
from kerazoo.models.dqn.cards.reservoir import Reservoir
from kerazoo.models.dqn.cards.reservoir import Ring
from kerazoo.models.dqn.collection import part_of
from kerazoo.models.dqn.config.collection_config import CollectionConfig
from kerazoo.models.dqn.host_network import HostNetwork
from kerazoo.models.dqn.learner import Learner
from kerazoo.training.strategy import minimum_over_workers
from kerazoo.training.strategy import worker_index


class FictitiousPlay:
    """Plays a game against itself and learns its average policy, see `Steps`.

    Neural fictitious self-play
    ([Heinrich & Silver, 2016](https://arxiv.org/abs/1603.01121), Algorithm 1). In each
    hand each player plays a best response, greedy in learnt action values, or the
    average policy. All decisions go to the memory of the newest ones, from which values
    are learnt; those of best responses go to the average policy's reservoir, too. A
    gradient step is one of the values and one of the policy. In two-player zero-sum
    games the average policy nears an equilibrium; the best responses never settle.

    The values that best responses act by are those of the agent's target network: cards
    make the newest ones noisy, and with a small `target_update_tau` it is an average of
    hundreds of them.

    A checkpoint has both agents, both memories, counters and random states. No hand
    runs then: a resumed run is as one that was not interrupted.

    Args:
        tree: `GameTree` of the game.
        agent: Agent of `create_agent` that learns the values of actions.
        policy_agent: Agent of `create_average_policy`.
        policy: `HostNetwork` of the average policy's logits.
        values: `HostNetwork` of the agent's target network.
        model: Keras model of both networks; `kerazoo.load` finds it in a checkpoint.
        epsilon: Function of the decisions taken to the probability of a random action
            of a best response.
        strategy: `tf.distribute.Strategy`.
        batch_size: Decisions of a gradient step, over all replicas.
        num_hands: Hands played together.
        anticipation: Probability that a player plays the best response in a hand.
        replay_capacity: Newest decisions kept.
        reservoir_capacity: Decisions of best responses kept.
        config: `CollectionConfig`; its environment steps are decisions.
        seed: Seed of the cards, of exploration and of sampling.
        jit_compile: Compiles blocks of gradient steps with XLA, on one replica.

    Attributes:
        step: int. Gradient steps taken.
        num_steps, num_hands_played: int. Decisions taken, and hands played.
        training_seconds, training_cpu_seconds: float. Wall-clock and processor time of
            all calls of `take`, over all resumptions.

    Example:

    ```python
    from kerazoo.models.dqn.cards.average_policy import both_networks
    from kerazoo.training import strategy

    target = target_model(agent)
    play = FictitiousPlay(
        tree,
        agent,
        policy_agent,
        HostNetwork(policy),
        HostNetwork(target),
        both_networks(policy, target),
        linear_epsilon(0.06, 0.0, 1_000_000),
        strategy.create("one_device"),
    )
    play.start(step=0)
    play.take(until_event=100, until_end=1_000)  # {} until learning starts
    ```
    """

    def __init__(
        self,
        tree: GameTree,
        agent: dqn_agent.DqnAgent,
        policy_agent: tf_agent.TFAgent,
        policy: HostNetwork,
        values: HostNetwork,
        model: keras.Model,
        epsilon: typing.Callable[[int], float],
        strategy: tf.distribute.Strategy,
        batch_size: int = 128,
        num_hands: int = 256,
        anticipation: float = 0.1,
        replay_capacity: int = 200_000,
        reservoir_capacity: int = 2_000_000,
        config: CollectionConfig | None = None,
        seed: int = 0,
        jit_compile: bool = True,
    ):
        entropy = [seed, worker_index(strategy)]
        self.random, self._sampling = map(
            np.random.default_rng, np.random.SeedSequence(entropy).spawn(2)
        )
        local_replicas = len(strategy.extended.worker_devices)
        self._workers = strategy.num_replicas_in_sync // local_replicas
        self._local_batch_size = batch_size // self._workers
        self.tree = tree
        self.values, self.policy = values, policy
        self.epsilon = epsilon
        self.strategy = strategy
        self.num_hands = num_hands
        self.anticipation = anticipation
        self.config = config or CollectionConfig()
        self.replay = Ring(
            replay_capacity,
            {
                "information_state": np.int32,
                "action": np.int8,
                "reward": np.float32,
                "discount": np.float32,
                "next_information_state": np.int32,
            },
        )
        self.reservoir = Reservoir(
            reservoir_capacity, {"information_state": np.int32, "action": np.int8}
        )
        self._learner = Learner(agent, agent.values_model, strategy, jit_compile)
        self._policy_learner = Learner(
            policy_agent, policy.model, strategy, jit_compile
        )
        self.checkpoint = tf.train.Checkpoint(
            values=[variable.value for variable in model.variables],
            best_response=agent,
            average_policy=policy_agent,
        )
        self.step = 0
        self.num_steps = self.num_hands_played = 0
        self.training_seconds = 0.0
        self.training_cpu_seconds = 0.0
        self.compile_seconds: float | None = None
        self.first_step_time: float | None = None
        self._reported = (0.0, 0)

    def start(self, step: int) -> None:
        self.step = step
        self._reported = self.training_seconds, self.num_steps

    def take(self, until_event: int, until_end: int) -> dict[str, np.ndarray]:
        begin, cpu_begin = time.perf_counter(), time.process_time()
        self._play(self.config.block_length)
        due, end = self._due_steps(), self.step + until_end
        history: dict[str, list[np.ndarray]] = {"loss": [], "policy_loss": []}
        steps = min(self.config.gradient_steps_per_block, until_end)
        while 0 < steps <= due - self.step:
            losses = self._learn(steps)
            for found, loss in zip(history.values(), losses, strict=True):
                found.append(loss)
            steps = min(steps, end - self.step)
        self.training_seconds += time.perf_counter() - begin
        self.training_cpu_seconds += time.process_time() - cpu_begin
        if not history["loss"]:
            return {}
        return {name: np.concatenate(found) for name, found in history.items()}

    def report(self) -> dict[str, float]:
        seconds, env_steps = self._reported
        self._reported = self.training_seconds, self.num_steps
        elapsed = self.training_seconds - seconds
        return {
            "epsilon": self.epsilon(self.num_steps),
            "env_steps": self.num_steps,
            "env_steps_per_second": (self.num_steps - env_steps) / elapsed,
        }

    def counters(self) -> dict[str, float]:
        return {"env_steps": self.num_steps, "hands": self.num_hands_played}

    def summary(self) -> dict[str, float | None]:
        env_steps = self._workers * self.num_steps
        seconds = self.training_seconds
        return {
            "env_steps": env_steps,
            "hands": self._workers * self.num_hands_played,
            "env_steps_per_second": env_steps / seconds if seconds else None,
            "training_seconds": seconds,
            "training_cpu_seconds": self.training_cpu_seconds,
        }

    def state(self) -> tuple[dict[str, np.ndarray], dict[str, typing.Any]]:
        memories = {"replay": self.replay, "reservoir": self.reservoir}
        arrays = {
            f"{memory}/{name}": array
            for memory, kept in memories.items()
            for name, array in kept.state().items()
        }
        state = {
            "num_env_steps": self.num_steps,
            "num_hands": self.num_hands_played,
            "training_seconds": self.training_seconds,
            "training_cpu_seconds": self.training_cpu_seconds,
            "playing": self.random.bit_generator.state,
            "sampling": self._sampling.bit_generator.state,
        }
        return arrays, state

    def restore(
        self, step: int, arrays: dict[str, np.ndarray], state: dict[str, typing.Any]
    ) -> None:
        self.step = step
        for memory, kept in (("replay", self.replay), ("reservoir", self.reservoir)):
            kept.restore(part_of(arrays, f"{memory}/"))
        self.num_steps = state["num_env_steps"]
        self.num_hands_played = state["num_hands"]
        self.training_seconds = state["training_seconds"]
        self.training_cpu_seconds = state["training_cpu_seconds"]
        self.random.bit_generator.state = state["playing"]
        self._sampling.bit_generator.state = state["sampling"]
        self.values.refresh()
        self.policy.refresh()

    def _play(self, num_steps):
        """Takes at least so many decisions; the policies stay as they are meanwhile."""
        values = self.values(self.tree.tensors)
        average = probabilities_of(self.policy(self.tree.tensors), self.tree.masks)
        end = self.num_steps + num_steps
        while self.num_steps < end:
            hands = play_hands(
                self.tree,
                values,
                average,
                self.num_hands,
                self.anticipation,
                self.epsilon(self.num_steps),
                self.random,
            )
            decisions = decisions_of(hands)._asdict()
            is_best_response = decisions.pop("is_best_response")
            self.replay.add(decisions, self.random)
            names = ("information_state", "action")
            chosen = {name: decisions[name][is_best_response] for name in names}
            self.reservoir.add(chosen, self.random)
            self.num_steps += hands.num_decisions
            self.num_hands_played += self.num_hands

    def _due_steps(self):
        """Returns how many gradient steps all workers should have taken by now."""
        can_learn = len(self.replay) and len(self.reservoir)
        ready = self.num_steps if can_learn else 0
        ready -= self.config.learning_starts
        ready = minimum_over_workers(self.strategy, ready)
        return ready * self.config.gradient_steps_per_env_step

    def _learn(self, steps):
        """Takes gradient steps in two calls; returns the losses of each."""
        shape = (steps, self._local_batch_size)
        transitions = self._transitions(self.replay.sample(shape, self._sampling))
        choices = self._choices(self.reservoir.sample(shape, self._sampling))
        called = time.perf_counter()
        losses = self._learner.train(transitions).losses
        policy_losses = self._policy_learner.train(choices).losses
        if self.compile_seconds is None:
            self.first_step_time = time.perf_counter()
            self.compile_seconds = self.first_step_time - called
        self.values.refresh()
        self.policy.refresh(self._policy_learner.weights)
        self.step += steps
        return losses, policy_losses

    def _observe(self, information_state):
        return {
            "observation": self.tree.tensors.take(information_state, axis=0),
            "action_mask": self.tree.masks.take(information_state, axis=0),
        }

    def _transitions(self, drawn):
        """Returns decisions as TF-Agents learns values from them."""
        middle = np.full(drawn["action"].shape, ts.StepType.MID, np.int32)
        nothing = np.zeros(drawn["action"].shape, np.float32)
        action = policy_step.PolicyStep(drawn["action"].astype(np.int64), (), ())
        return trajectory.Transition(
            ts.TimeStep(
                middle, nothing, nothing + 1, self._observe(drawn["information_state"])
            ),
            action,
            ts.TimeStep(
                middle,
                drawn["reward"],
                drawn["discount"],
                self._observe(drawn["next_information_state"]),
            ),
        )

    def _choices(self, drawn):
        """Returns decisions as TF-Agents learns a policy from them."""
        middle = np.full(drawn["action"].shape, ts.StepType.MID, np.int32)
        nothing = np.zeros(drawn["action"].shape, np.float32)
        return trajectory.Trajectory(
            step_type=middle,
            observation=self._observe(drawn["information_state"]),
            action=drawn["action"].astype(np.int64),
            policy_info=(),
            next_step_type=middle,
            reward=nothing,
            discount=nothing + 1,
        )


def target_model(agent: dqn_agent.DqnAgent) -> keras.Model:
    """Returns the Keras model of an agent's target network.

    Args:
        agent: Agent of `create_agent` that learns the values of actions, no
            distributions.
    """
    return agent._target_q_network.keras_model
