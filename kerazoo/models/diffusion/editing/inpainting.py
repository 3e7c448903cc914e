"""Filling in of missing pixels."""

from keras import ops

from kerazoo.layers.tensor import Tensor
from kerazoo.models.diffusion.samplers.callables import Denoise
from kerazoo.models.diffusion.samplers.callables import Noise
from kerazoo.models.diffusion.samplers.loop import ancestral_coefficients
from kerazoo.models.diffusion.samplers.loop import at
from kerazoo.models.diffusion.samplers.loop import count_steps
from kerazoo.models.diffusion.samplers.loop import decay
from kerazoo.models.diffusion.samplers.loop import prepare


def inpaint(
    denoise: Denoise,
    x: Tensor,
    alphas: Tensor,
    sigmas: Tensor,
    known: Tensor,
    mask: Tensor,
    noise: Noise,
    jump_length: int = 10,
    resamplings: int = 10,
    eta: float = 1.0,
) -> Tensor:
    r"""Samples the unknown pixels of an image, given the others.

    After every step the known pixels are replaced by \(\alpha' x_0 + \sigma' z\), as in
    Equation 8 of [Lugmayr et al., 2022](https://arxiv.org/abs/2201.09865). Blocks of
    `jump_length` steps are done `resamplings` times, with noise added between them that
    leads back to the block's first level, so that the two parts come to agree; its
    Algorithm 1 has blocks of one step. It costs n times `resamplings` calls.

    Args:
        denoise, x, alphas, sigmas: As of all `kerazoo.models.diffusion.samplers`.
        known: float, broadcastable to x. Clean images; its other pixels do not matter,
            but must be finite.
        mask: broadcastable to x. True or nonzero where the pixels are known.
        noise: Function of `(index, x)` that returns standard normal noise. The k-th
            step done takes the indices 3k to 3k + 2.
        jump_length: int. Steps of a block.
        resamplings: int. Times that each block is done; 1 never goes back.
        eta: float in [0, 1]. As of `ddim`; 1 is the paper's DDPM.

    Returns:
        float `(B, ...)`, where the levels end at (1, 0) with exactly the known pixels.

    Raises:
        ValueError: If `jump_length` or `resamplings` is not positive.

    Example:

    ```python
    alphas, sigmas = LinearSchedule().steps(10)
    denoise = lambda x, alpha, sigma, estimate: alpha * x  # Of unit normal data.
    x, known = np.random.normal(size=(2, 4, 8, 8, 3)).astype("float32")
    mask = np.arange(8)[:, None, None] < 4  # The upper half is known.
    noise = lambda index, x: keras.random.normal(x.shape)
    inpaint(denoise, x, alphas, sigmas, known, mask, noise)  # (4, 8, 8, 3)
    ```
    """
    if jump_length < 1 or resamplings < 1:
        raise ValueError(
            "`jump_length` and `resamplings` must be positive. "
            f"Received: jump_length={jump_length}, resamplings={resamplings}"
        )
    x, alphas, sigmas = prepare(x, alphas, sigmas)
    known, mask = ops.cast(known, x.dtype), ops.cast(mask, "bool")
    num_steps = count_steps(alphas)
    a, b, c = ancestral_coefficients(alphas, sigmas, eta)

    def body(index, done, times, x, estimate):
        first, second, third = (noise(3 * done + draw, x) for draw in range(3))
        estimate = denoise(x, at(alphas, index, x), at(sigmas, index, x), estimate)
        x = at(a, index, x) * x + at(b, index, x) * estimate + at(c, index, x) * first
        begin, index = index // jump_length * jump_length, index + 1
        level = at(alphas, index, x) * known + at(sigmas, index, x) * second
        x = ops.where(mask, level, x)
        end_of_block = ops.logical_or(index % jump_length == 0, index == num_steps)
        back = ops.logical_and(end_of_block, times + 1 < resamplings)
        growth, spread = _forward(alphas, sigmas, index, begin, x)
        x = ops.where(back, growth * x + spread * third, x)
        times = ops.where(end_of_block, ops.where(back, times + 1, 0), times)
        return ops.where(back, begin, index), done + 1, times, x, estimate

    zero = ops.convert_to_tensor(0, "int32")
    return ops.while_loop(
        lambda index, *_: index < num_steps,
        body,
        (zero, zero, zero, x, ops.zeros_like(x)),
    )[3]


def _forward(alphas, sigmas, index, begin, x):
    r"""Returns the factors of x and of the noise that lead from a level to a noisier.

    Its sigma is reached with \(\sigma' \sqrt{1 - r^2}\), r the decay on the way down.
    """
    alpha_pair = ops.stack([ops.take(alphas, begin), ops.take(alphas, index)])
    sigma_pair = ops.stack([ops.take(sigmas, begin), ops.take(sigmas, index)])
    r = decay(alpha_pair, sigma_pair)[0]
    spread = sigma_pair[0] * ops.sqrt(ops.maximum(1 - ops.square(r), 0))
    return tuple(
        ops.cast(factor, x.dtype) for factor in (alpha_pair[0] / alpha_pair[1], spread)
    )
