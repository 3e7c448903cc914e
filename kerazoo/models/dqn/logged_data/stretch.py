"""Consecutive steps of one episode, and how a record holds them."""

import typing

import numpy as np
import tensorflow as tf

from kerazoo.models.dqn.logged_data.specs import TransitionSpecs


class Stretch(typing.NamedTuple):
    """T consecutive steps of one episode: all of it, or a part.

    Where the last step has discount 0 the episode terminated with it. Else it was cut
    off there, by a time limit or because the log goes on in another stretch, and the
    value of the last observation is bootstrapped from.

    Attributes:
        observation: array `(T + 1, ...)`: what was seen before each step and after the
            last.
        action: int64 `(T, ...)`, counted from 0.
        reward: float32 `(T,)`.
        discount: float32 `(T,)`. 0 after a step that terminated the episode, else 1.
        mask: bool `(T + 1, A)`, the valid actions, or None.
        is_first: Whether it begins an episode.
    """

    observation: np.ndarray
    action: np.ndarray
    reward: np.ndarray
    discount: np.ndarray
    mask: np.ndarray | None = None
    is_first: bool = True

    def encode(self) -> bytes:
        """Returns a serialized `tf.train.Example`."""
        features = {
            "observation": _feature(self.observation),
            "action": _feature(self.action),
            "reward": _feature(self.reward),
            "discount": _feature(self.discount),
            "is_first": _feature(np.array([self.is_first])),
        }
        if self.mask is not None:
            features["action_mask"] = _feature(self.mask)
        example = tf.train.Example(features=tf.train.Features(feature=features))
        return example.SerializeToString()

    @classmethod
    def decode(cls, record: bytes, specs: TransitionSpecs) -> "Stretch":
        """Reads a serialized `tf.train.Example`.

        Args:
            record: What `encode` returned.
            specs: What the steps are made of.

        Raises:
            ValueError: If it is no such, or not of these specs.
        """
        example = tf.train.Example()
        try:
            example.ParseFromString(record)
        except Exception as error:  # protobuf's own, of two packages.
            raise ValueError(f"it is no tf.train.Example ({error})") from None
        features = example.features.feature
        dtype = np.dtype(specs.observation_dtype)
        sizes = np.array(specs.num_actions)
        action = _values(features, "action", np.dtype(np.int64), sizes.shape)
        steps = len(action)
        if not steps:
            raise ValueError("it has no step")
        if ((action < 0) | (action >= sizes)).any():
            wrong = action[((action < 0) | (action >= sizes)).reshape(steps, -1).any(1)]
            most = (sizes - 1).tolist()
            raise ValueError(f"action must be from 0 to {most}, not {wrong[0]}")
        reward = _values(features, "reward", np.dtype(np.float32), ())
        discount = _values(features, "discount", np.dtype(np.float32), ())
        observation = _values(features, "observation", dtype, specs.observation_shape)
        mask = None
        if specs.action_mask:
            shape = (int(sizes),)
            mask = _values(features, "action_mask", np.dtype(bool), shape)
        expected = {
            "reward": (reward, steps),
            "discount": (discount, steps),
            "observation": (observation, steps + 1),
        }
        if mask is not None:
            expected["action_mask"] = mask, steps + 1
        for name, (values, count) in expected.items():
            if len(values) != count:
                raise ValueError(
                    f"{name} must have {count} entries beside {steps} actions, not "
                    f"{len(values)}"
                )
        for name, values in (("reward", reward), ("observation", observation)):
            if values.dtype.kind == "f" and not np.isfinite(values).all():
                raise ValueError(f"{name} must be finite")
        if not ((discount >= 0) & (discount <= 1)).all():
            raise ValueError("discount must be from 0 to 1")
        is_first = True
        if "is_first" in features:
            is_first = bool(_values(features, "is_first", np.dtype(bool), ())[0])
        return cls(observation, action, reward, discount, mask, is_first)


def _feature(array):
    array = np.asarray(array)
    if array.dtype == np.uint8:
        content = tf.train.BytesList(value=[array.tobytes()])
        return tf.train.Feature(bytes_list=content)
    if array.dtype.kind == "f":
        content = tf.train.FloatList(value=array.ravel())
        return tf.train.Feature(float_list=content)
    content = tf.train.Int64List(value=array.ravel().astype(np.int64))
    return tf.train.Feature(int64_list=content)


def _values(features, name, dtype, shape):
    """Returns the values of a feature, `(N, *shape)`."""
    if name not in features:
        raise ValueError(f"it has no feature {name}")
    feature = features[name]
    kind = feature.WhichOneof("kind")
    wanted = "float_list" if dtype.kind == "f" else "int64_list"
    if dtype == np.uint8:
        wanted = "bytes_list"
    if kind != wanted:
        raise ValueError(f"{name} must be a {wanted}, not a {kind}")
    values = getattr(feature, kind).value
    if dtype == np.uint8:
        flat = np.frombuffer(b"".join(values), np.uint8)
    else:
        flat = np.array(values, np.float32 if dtype.kind == "f" else np.int64)
    size = int(np.prod(shape))
    if size and len(flat) % size:
        raise ValueError(f"{name} must have a multiple of {size} numbers: {len(flat)}")
    return flat.astype(dtype).reshape(-1, *shape)
