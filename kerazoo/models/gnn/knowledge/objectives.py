"""What models of knowledge graphs are trained by."""

import dataclasses
import typing

from keras import ops

from kerazoo.layers.tensor import Tensor

if typing.TYPE_CHECKING:
    from kerazoo.models.gnn.knowledge.knowledge_graph_model import KnowledgeGraphModel


class Uniforms(typing.Protocol):
    """Random numbers of a batch, such as a `kerazoo.training.GlobalBatch`."""

    def uniform(self, shape: tuple[int, ...]) -> Tensor:
        """Returns numbers `(B, *shape)` of [0, 1)."""


@dataclasses.dataclass(frozen=True)
class Objective:
    r"""Base class of losses of queries and the tails that answer them.

    An objective is a function of `(model, queries, tails, random)`: a
    `KnowledgeGraphModel`, int `(B, 2)`, int `(B, K)` with -1 for none, and the
    `Uniforms` of the batch. It returns the losses and the penalties, float `(B,)`, each
    a mean over the tails of a query.

    Args:
        n3_weight: Weight of the nuclear 3-norm, the sum of the cubes of the moduli of
            head, relation and tail
            ([Lacroix et al., 2018](https://arxiv.org/abs/1806.07297), Equation 4).
    """

    n3_weight: float = 0.0

    def __call__(
        self,
        model: "KnowledgeGraphModel",
        queries: Tensor,
        tails: Tensor,
        random: Uniforms,
    ) -> tuple[Tensor, Tensor]:
        entities, relations = model.tables()
        is_tail = ops.cast(tails >= 0, "float32")
        shares = is_tail / ops.maximum(ops.sum(is_tail, axis=1, keepdims=True), 1)
        head = ops.take(entities, queries[:, 0], axis=0)
        relation = ops.take(relations, queries[:, 1], axis=0)
        right = ops.take(entities, ops.maximum(tails, 0), axis=0)  # (B, K, D)
        penalties = ops.zeros_like(shares[:, 0])
        if self.n3_weight:
            cubes = model.decoder.cubes
            penalties = cubes(head) + cubes(relation)
            penalties += ops.sum(shares * cubes(right), axis=1)
        query = model.decoder.query(
            _drop(head, model.dropout, random), _drop(relation, model.dropout, random)
        )
        scores = ops.cast(model.decoder.pair_scores(query, right), "float32")
        losses = self.losses(model, query, entities, scores, shares, random)
        return losses, self.n3_weight * penalties

    def losses(
        self,
        model: "KnowledgeGraphModel",
        query: Tensor,
        entities: Tensor,
        scores: Tensor,
        shares: Tensor,
        random: Uniforms,
    ) -> Tensor:
        """Returns the losses of queries by the scores of their tails `(B, K)`."""
        raise NotImplementedError


@dataclasses.dataclass(frozen=True)
class Softmax(Objective):
    r"""Cross-entropy of the softmax over all entities, "1-vs-all".

    Args:
        n3_weight: See `Objective`.
        label_smoothing: Share of the target that all entities have equally.
    """

    label_smoothing: float = 0.0

    def losses(
        self,
        model: "KnowledgeGraphModel",
        query: Tensor,
        entities: Tensor,
        scores: Tensor,
        shares: Tensor,
        random: Uniforms,
    ) -> Tensor:
        everything = _in_dtype(model, query, entities)
        wanted = (1 - self.label_smoothing) * ops.sum(shares * scores, axis=1)
        if self.label_smoothing:
            wanted += self.label_smoothing * ops.mean(everything, axis=1)
        return ops.logsumexp(everything, axis=1) - wanted


@dataclasses.dataclass(frozen=True)
class SelfAdversarial(Objective):
    r"""Logistic loss against drawn entities, the more of it the better they score.

    \(-\frac{1}{2} \log \sigma(s) - \frac{1}{2} \sum_i p_i \log \sigma(-s_i)\) with
    \(p = \mathrm{softmax}(\alpha s_i)\), Equations 4 and 5 of
    [Sun et al., 2019](https://arxiv.org/abs/1902.10197). Drawn are any entities; the
    few that are right do not matter in a large graph. \(\alpha = 0\) weighs all
    equally.

    Args:
        n3_weight: See `Objective`.
        corruptions: Entities drawn for each query.
        adversarial_temperature: \(\alpha\).
    """

    corruptions: int = 64
    adversarial_temperature: float = 1.0

    def losses(
        self,
        model: "KnowledgeGraphModel",
        query: Tensor,
        entities: Tensor,
        scores: Tensor,
        shares: Tensor,
        random: Uniforms,
    ) -> Tensor:
        drawn = random.uniform((self.corruptions,)) * model.num_entities
        drawn = ops.minimum(ops.cast(drawn, "int32"), model.num_entities - 1)
        wrong = model.decoder.pair_scores(query, ops.take(entities, drawn, axis=0))
        wrong = ops.cast(wrong, "float32")
        weights = ops.softmax(
            self.adversarial_temperature * ops.stop_gradient(wrong), axis=1
        )
        right = ops.sum(shares * ops.softplus(-scores), axis=1)
        return (right + ops.sum(weights * ops.softplus(wrong), axis=1)) / 2


# Name to a class of objectives.
OBJECTIVES = {"softmax": Softmax, "self_adversarial": SelfAdversarial}


def _in_dtype(model, query, entities):
    """Returns the scores of all entities, computed in the model's precision."""
    if model.decoder.is_product:
        query, entities = (
            ops.cast(values, model.compute_dtype) for values in (query, entities)
        )
    return ops.cast(model.decoder.scores(query, entities), "float32")


def _drop(values, rate, random):
    if not rate:
        return values
    kept = ops.cast(random.uniform((values.shape[-1],)) >= rate, values.dtype)
    return values * kept / (1 - rate)
