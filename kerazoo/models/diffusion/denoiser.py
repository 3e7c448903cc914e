"""A diffusion model as samplers take it."""

import contextlib
import dataclasses
import typing

from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.training.frozen_weights import frozen_weights

if typing.TYPE_CHECKING:
    from kerazoo.models.diffusion.diffusion import Diffusion


@dataclasses.dataclass(frozen=True, eq=False)
class Denoiser:
    """Finds the clean images in noisy ones, with guidance; see `Diffusion.denoiser`.

    Call arguments:
        x: float `(B, H, W, C)`. Images at a noise level.
        alpha, sigma: float, scalars or `(B,)`. The level.
        estimate: float, as `x`. The last estimate, zeros for none.

    Returns:
        float32, as `x`: the estimate of the clean images.

    Example:

    ```python
    from kerazoo.models.diffusion.samplers import SAMPLERS

    network = NetworkConfig("dit", hidden_size=16, num_layers=1)
    model = make_diffusion((8, 8, 1), num_classes=10, network=network)
    noise = keras.random.normal((2, 8, 8, 1))
    denoise = Denoiser(model, np.array([3, 7]), guidance=2.0)
    SAMPLERS["dpm_solver_pp_2m"](denoise, noise, *model.schedule.steps(4))
    ```
    """

    model: "Diffusion"
    labels: Tensor | None = None
    guidance: float | Tensor = 1.0
    average: bool | None = None
    clip: bool = True
    frozen: bool = False

    def __post_init__(self):
        if self.is_guided and self.labels is None:
            raise ValueError(
                "`guidance` needs `labels` to guide to. Received: "
                f"guidance={self.guidance}, labels=None"
            )
        if self.labels is not None and self.model.num_classes is None:
            raise ValueError(
                "`labels` need a model that was trained with classes. Received: "
                "num_classes=None"
            )

    @property
    def is_guided(self) -> bool:
        """Whether the model sees each image with its label and without."""
        return not (isinstance(self.guidance, (int, float)) and self.guidance == 1)

    def __call__(
        self, x: Tensor, alpha: Tensor, sigma: Tensor, estimate: Tensor
    ) -> Tensor:
        inputs = self._inputs(x, alpha, sigma, estimate)
        with self._weights():
            found = self.model(inputs, average=self._is_average)
        return self._guided(found, ops.shape(x)[0])

    def with_variance(
        self, x: Tensor, alpha: Tensor, sigma: Tensor, estimate: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Returns the estimate and the fraction of the learned variance, for `ddpm`.

        Raises:
            ValueError: If the model has learned no variance.
        """
        inputs, count = self._inputs(x, alpha, sigma, estimate), ops.shape(x)[0]
        with self._weights():
            found, fraction = self.model.estimate_with_variance(
                inputs, average=self._is_average
            )
        return self._guided(found, count), fraction[:count]

    @property
    def _network(self):
        return self.model.chosen(self.average)

    @property
    def _is_average(self):
        return self._network is self.model.average_network

    def _weights(self):
        """Returns the scope in which the network is called."""
        if self.frozen:
            return frozen_weights(self._network)
        return contextlib.nullcontext()

    def _inputs(self, x, alpha, sigma, estimate):
        """Returns what the model takes; with guidance each image a second time."""
        model, count, labels = self.model, ops.shape(x)[0], self.labels
        if model.num_classes is not None:
            none = ops.full((count,), model.num_classes, "int32")
            labels = none if labels is None else labels
        if self.is_guided:
            x, estimate = (ops.concatenate([v, v]) for v in (x, estimate))
            labels = ops.concatenate([labels, none])
        levels = (ops.broadcast_to(v, ops.shape(x)[:1]) for v in (alpha, sigma))
        inputs = dict(zip(("alpha", "sigma"), levels), x=x)
        if model.num_classes is not None:
            inputs["labels"] = labels
        if model.self_conditioning:
            inputs["estimate"] = estimate
        return inputs

    def _guided(self, found, count):
        if self.is_guided:
            found = found[count:] + self.guidance * (found[:count] - found[count:])
        return ops.clip(found, -1.0, 1.0) if self.clip else found
