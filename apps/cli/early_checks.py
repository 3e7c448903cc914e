"""What can be known of a run before TensorFlow is imported."""

from absl import flags

from apps.cli import errors
from apps.cli import run_flags


def check_run(module):
    """Refuses folders that cannot be written, and a wrong cluster.

    Args:
        module: str. Name of the app's module; of those that train nothing, nothing is
            checked.
    """
    own = {flag.name for flag in flags.FLAGS.get_key_flags_for_module(module)}
    if run_flags.TRAIN_STEPS.name not in own:
        return
    from kerazoo.runs.writable import check_folder

    is_one_of_many = run_flags.STRATEGY.value == "multi_worker"
    with errors.user_errors():
        if is_one_of_many:
            from kerazoo.training.tf_config import read_tf_config

            read_tf_config()
        check_folder(run_flags.WORKDIR.value or "runs", "workdir")
        if run_flags.EXPORT.value and not is_one_of_many:  # The first one exports.
            check_folder(run_flags.EXPORT_DIR.value or "saved_models", "export_dir")
