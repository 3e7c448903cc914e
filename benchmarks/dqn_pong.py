r"""DQN on Atari's Pong against Stable-Baselines3's CnnPolicy: frames per second.

    KERAZOO_PEERS_PYTHON=/path/to/python python -m benchmarks.dqn_pong

Both sides are DQN with the Nature CNN and the settings of `benchmarks.dqn_settings`, in
turn; ratios are medians over pairs. A frame is what the agent acts on, four of the
game's own. Give it an idle machine and about seven minutes. Prints one JSON line per
figure. How it learns is `apps/presets/dqn/pong.flags`.
"""

from absl import app
from absl import flags

from benchmarks import dqn_speed
from benchmarks import peers

flags.adopt_module_key_flags(dqn_speed)


def main(_):
    peers.note_missing()
    dqn_speed.compare("ALE/Pong-v5")


if __name__ == "__main__":
    app.run(main)
