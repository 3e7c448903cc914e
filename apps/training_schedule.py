"""When things happen during training, and to how many examples, as flags say."""

from apps import flags as shared


def training_schedule(**more):
    """Returns the `Schedule` of the shared flags.

    Args:
        **more: Of `kerazoo.training.trainer.Schedule`, what is an app's own.
    """
    from kerazoo.training.trainer import Schedule

    return Schedule(
        train_steps=shared.TRAIN_STEPS.value,
        eval_every=shared.EVAL_EVERY.value,
        checkpoint_every=shared.CHECKPOINT_EVERY.value,
        log_every=shared.LOG_EVERY.value,
        **more,
    )


def check_batch_size(strategy):
    """Refuses a batch that the devices cannot share."""
    replicas = strategy.num_replicas_in_sync
    if shared.BATCH_SIZE.value % replicas:
        raise ValueError(
            f"--batch_size={shared.BATCH_SIZE.value} must be a multiple of the "
            f"{replicas} devices it is split over."
        )
