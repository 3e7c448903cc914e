"""What recommenders learn by: who prefers what to what."""

from keras import ops

from kerazoo.layers.tensor import Tensor

_FAR = -1e9  # Stands for minus infinity, whose gradient would be none.


def bayesian_personalized_ranking(positive: Tensor, negative: Tensor) -> Tensor:
    r"""Returns \(-\log \sigma(\hat y_{ui} - \hat y_{uj})\) of each user and two items.

    From [Rendle et al., 2009](https://arxiv.org/abs/1205.2618), Section 4.1.

    Args:
        positive: float `(B,)`. Scores of items that the users took.
        negative: float `(B,)`. Scores of items that they did not take.

    Returns:
        float `(B,)`.

    Example:

    ```python
    bayesian_personalized_ranking(np.array([2.0]), np.array([2.0]))  # log 2 = 0.693
    ```
    """
    return ops.softplus(negative - positive)


def sampled_softmax(
    positive: Tensor, candidates: Tensor, are_positive: Tensor
) -> Tensor:
    r"""Returns \(-\log\) of the share of an item among itself and some others.

    From [Wu et al., 2022](https://arxiv.org/abs/2201.02327), Equation 4. All rows share
    the candidates, which may be the items of the other rows.

    Args:
        positive: float `(B,)`. Scores of items that the users took, divided by the
            temperature.
        candidates: float `(B, C)`. Scores of the users with C items, likewise.
        are_positive: bool `(B, C)`. Where a candidate is the row's own item, which is
            not to be counted twice.

    Returns:
        float `(B,)`.

    Example:

    ```python
    own = np.array([[True, False]])
    sampled_softmax(np.ones(1), np.ones((1, 2)), own)  # log 2 = 0.693
    ```
    """
    others = ops.where(are_positive, _FAR, candidates)
    others = ops.logsumexp(others, axis=-1)
    return ops.softplus(others - positive)


def multinomial(positive: Tensor, scores: Tensor) -> Tensor:
    r"""Returns \(-\log\) of the share of a user's items among all, their mean.

    From [Liang et al., 2018](https://arxiv.org/abs/1802.05814), Equation 2: the softmax
    over all items, which all interactions of a user share.

    Args:
        positive: float `(B,)`. Mean score of the items that each user took, divided by
            the temperature.
        scores: float `(B, I)`. Scores of all items, likewise.

    Returns:
        float `(B,)`.

    Example:

    ```python
    multinomial(np.ones(1), np.ones((1, 4)))  # log 4 = 1.386
    ```
    """
    return ops.logsumexp(scores, axis=-1) - positive
