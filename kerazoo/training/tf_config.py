"""The cluster of several workers, as the environment says it."""

import json
import os
import typing

_EXAMPLE = (
    '{"cluster": {"worker": ["host1:2222", "host2:2222"]}, '
    '"task": {"type": "worker", "index": 0}}'
)


def read_tf_config() -> dict[str, typing.Any]:
    """Returns the environment variable TF_CONFIG, checked.

    Raises:
        ValueError: If it is missing, is no JSON, or names no place in a cluster.

    Example:

    ```python
    import os

    cluster = '{"worker": ["one:2222", "two:2222"]}'
    task = '{"type": "worker", "index": 1}'
    os.environ["TF_CONFIG"] = f'{{"cluster": {cluster}, "task": {task}}}'
    read_tf_config()["task"]["index"]  # 1
    del os.environ["TF_CONFIG"]
    ```
    """
    text = os.environ.get("TF_CONFIG", "")
    if not text:
        raise ValueError(
            "`strategy` multi_worker needs the cluster in the environment variable "
            f"TF_CONFIG, such as TF_CONFIG='{_EXAMPLE}'. Received: none"
        )
    try:
        config = json.loads(text)
    except json.JSONDecodeError as error:
        wrong = text[max(error.pos - 20, 0) : error.pos + 20]
        raise _error(f"JSON ({error.msg} at character {error.pos})", wrong) from None
    if not _has_lists(config):
        raise _error("an object whose cluster has lists of addresses", text)
    cluster, task = config["cluster"], config.get("task")
    if not isinstance(task, dict) or task.get("type") not in cluster:
        kinds = " or ".join(cluster)
        raise _error(f"an object whose task has a type, {kinds}, and an index", text)
    count, index = len(cluster[task["type"]]), task.get("index")
    if not isinstance(index, int) or not 0 <= index < count:
        raise _error(f"of a task with an index from 0 to {count - 1}", text)
    return config


def _has_lists(config):
    cluster = config.get("cluster") if isinstance(config, dict) else None
    return isinstance(cluster, dict) and all(
        isinstance(addresses, list) and addresses for addresses in cluster.values()
    )


def _error(expected, received):
    return ValueError(
        f"The environment variable TF_CONFIG must be {expected}, such as "
        f"TF_CONFIG='{_EXAMPLE}'. Received: {received}"
    )
