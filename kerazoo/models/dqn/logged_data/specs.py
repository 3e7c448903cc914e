"""What logged transitions are made of, in a file beside them."""

import dataclasses
import json
import os
import pathlib
import typing

import numpy as np

from kerazoo.atomic_files import read_json
from kerazoo.atomic_files import write_text

FILE = "specs.json"


@dataclasses.dataclass(frozen=True)
class TransitionSpecs:
    """Shapes, dtypes and actions of logged transitions.

    Args:
        observation_shape: Shape of one observation, as a policy sees it: flat where it
            has parts.
        observation_dtype: Name of its dtype.
        num_actions: Number of actions A; a list, one number for each, where several
            joints act at once.
        action_mask: Whether the valid actions of each step are there.
        env: Id of the environment, or None of a system without one.

    Example:

    ```python
    from kerazoo.models.dqn.logged_data import TransitionSpecs

    TransitionSpecs((4,), "float32", 2).write("/tmp/logs")
    TransitionSpecs.read("/tmp/logs").num_actions  # 2
    ```
    """

    observation_shape: tuple[int, ...]
    observation_dtype: str
    num_actions: int | tuple[int, ...]
    action_mask: bool = False
    env: str | None = None

    @classmethod
    def of(cls, environment: typing.Any, env: str | None = None) -> "TransitionSpecs":
        """Returns those of a `GymnasiumEnvironment`.

        Args:
            environment: The environment.
            env: Its id.
        """
        spec = environment.observation_spec()
        masks = environment.masks_actions
        spec = spec["observation"] if masks else spec
        return cls(
            tuple(spec.shape),
            np.dtype(spec.dtype).name,
            environment.joints or environment.num_actions,
            masks,
            env,
        )

    @classmethod
    def read(cls, folder: str | os.PathLike) -> "TransitionSpecs":
        """Reads those of a folder of transitions.

        Args:
            folder: The folder.

        Raises:
            FileNotFoundError: If it has none.
            ValueError: If the file is damaged or lacks something.
        """
        path = pathlib.Path(folder, FILE)
        if not path.is_file():
            raise FileNotFoundError(
                f"Expected {FILE}, which says what the transitions are made of, in "
                f"{folder}. Received: no such file"
            )
        found = read_json(path, "restore it, or log the transitions again")
        try:
            actions = found["num_actions"]
            dtype = np.dtype(found["observation_dtype"]).name
            if np.dtype(dtype).kind not in "iuf":
                raise ValueError(f"observation_dtype {dtype}")
            return cls(
                tuple(int(size) for size in found["observation_shape"]),
                dtype,
                tuple(map(int, actions)) if isinstance(actions, list) else int(actions),
                bool(found.get("action_mask", False)),
                found.get("env"),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"{path} must have observation_shape, a list of sizes, "
                "observation_dtype, such as float32, and num_actions. "
                f"Received: {type(error).__name__}: {error}"
            ) from None

    def write(self, folder: str | os.PathLike) -> None:
        """Writes them into a folder of transitions.

        Args:
            folder: The folder; made if missing.
        """
        content = {k: v for k, v in dataclasses.asdict(self).items() if v is not None}
        write_text(pathlib.Path(folder, FILE), json.dumps(content) + "\n")

    def check(self, logged: "TransitionSpecs", folder: str | os.PathLike) -> None:
        """Refuses transitions that are not of this environment.

        Args:
            logged: Specs of the transitions.
            folder: Where they are.

        Raises:
            ValueError: If they are of another one.
        """
        for field in dataclasses.fields(self):
            here, there = getattr(self, field.name), getattr(logged, field.name)
            if field.name == "env" and None in (here, there):
                continue
            if here != there:
                raise ValueError(
                    f"The transitions in {folder} are of another environment: their "
                    f"{field.name} is {_shown(there)}, not {_shown(here)}."
                )


def _shown(value):
    return list(value) if isinstance(value, tuple) else value
