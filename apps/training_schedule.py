"""When things happen during training, as the shared flags say."""

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
