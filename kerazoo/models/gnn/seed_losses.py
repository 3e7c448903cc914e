"""How good scores of nodes as seeds are."""

from keras import ops

from kerazoo.layers.tensor import Tensor

_EPSILON = 1e-6
_SHARPNESS = 20.0
_NEVER = -1e9


def seed_loss(targets: Tensor, scores: Tensor) -> Tensor:
    """Returns the deviance of the gains and the regret of the choice, added up.

    The regret is what a choice by the scores lacks of the largest gain, as a share of
    it. The choice is soft, node v with a probability as `exp(20 * scores[v])`.

    Args:
        targets: float `(B, N, 2)`. What each node would add to the seeds of its graph,
            and the weight of this: 1 through the largest gain of the graph, or 0 of
            what cannot be chosen.
        scores: float `(B * N,)`, logarithms of gains.

    Returns:
        float `(B,)`.
    """
    gains, weights = targets[..., 0], targets[..., 1]
    scores = ops.reshape(scores, ops.shape(gains))
    is_open = weights > 0
    counts = ops.sum(ops.cast(is_open, "float32"), axis=-1)
    deviance = ops.sum(weights * gain_deviance(gains, scores), axis=-1)
    logits = ops.where(is_open, _SHARPNESS * scores, _NEVER)
    chosen = ops.sum(ops.softmax(logits, axis=-1) * gains * weights, axis=-1)
    return deviance / ops.maximum(counts, 1.0) + 1 - chosen


def gain_deviance(gains: Tensor, scores: Tensor) -> Tensor:
    """Returns the Poisson deviance of gains, as counts of them have.

    It is least in expectation where scores are the logarithms of the mean gains,
    whatever noise the counts have.

    Args:
        gains: float `(B, N)`, 0 or more.
        scores: float `(B, N)`, logarithms.
    """
    logarithms = ops.log(ops.maximum(gains, _EPSILON))
    return gains * (logarithms - scores) - gains + ops.exp(scores)
