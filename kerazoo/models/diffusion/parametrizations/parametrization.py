"""What all parametrisations have in common."""


class Parametrization:
    r"""What a network predicts of `x = alpha * x0 + sigma * epsilon`.

    Each parametrisation has a path of noise levels it is at home on (variance
    preserving, alpha = 1 or alpha + sigma = 1). `scale_input` brings x of any other
    path onto it, so that one network serves the samplers of all: a level is known by
    sigma / alpha alone.

    All methods take alpha and sigma that broadcast to x, as `(B, 1, 1, 1)` or scalars.
    """

    def scale_input(self, x, alpha, sigma):
        """Returns what the network sees of x."""
        raise NotImplementedError

    def denoised(self, output, x, alpha, sigma):
        """Returns the x0 that a network's output of x means."""
        raise NotImplementedError

    def target(self, x0, epsilon, alpha, sigma):
        """Returns the output for which `denoised` gives x0."""
        raise NotImplementedError

    def x0_gain(self, alpha, sigma):
        r"""Returns \(|\partial x_0 / \partial output|\)."""
        raise NotImplementedError

    def get_config(self):
        return {}

    @classmethod
    def from_config(cls, config):
        return cls(**config)
