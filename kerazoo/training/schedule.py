"""When things happen during training."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Schedule:
    """When things happen during training, in optimizer steps.

    Attributes:
        train_steps: Steps in all.
        eval_every: Steps between evaluations.
        checkpoint_every: Steps between checkpoints.
        log_every: Steps between reports.
        sample_every: Steps between samples of what the model makes. Default: at each
            evaluation.
        patience: Evaluations without a better one that end training, or None.
        target: Value of the task's `target_metric` that ends training. Default: the
            task's, where it has one; `math.inf` for none.

    Example:

    ```python
    from kerazoo.training import Schedule

    Schedule(train_steps=1_000, eval_every=100).next_event(130)  # 200
    ```
    """

    train_steps: int
    eval_every: int = 1_000
    checkpoint_every: int = 1_000
    log_every: int = 100
    sample_every: int | None = None
    patience: int | None = None
    target: float | None = None

    def next_event(self, step: int) -> int:
        """Returns the next step after `step` at which something happens."""
        periods = [self.eval_every, self.checkpoint_every, self.log_every]
        if self.sample_every:
            periods.append(self.sample_every)
        return min(
            self.train_steps, *((step // every + 1) * every for every in periods)
        )
