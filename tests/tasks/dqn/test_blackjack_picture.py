import io

import numpy as np
from PIL import Image

from kerazoo.evaluation.games import Blackjack
from kerazoo.tasks.dqn.blackjack_picture import draw_strategy


def test_picture_frames_what_another_decision_is_better_for():
    best = Blackjack().best_policy()
    other = best.copy()
    other[16, 10, 0] ^= True
    pictures = draw_strategy(other), draw_strategy(other, best)
    drawn = [np.asarray(Image.open(io.BytesIO(png)).convert("RGB")) for png in pictures]
    # Below the title, which says more, one cell has a frame.
    changed = (drawn[0] != drawn[1]).any(axis=2)[60:]
    assert 0 < changed.sum() < 0.02 * changed.size
