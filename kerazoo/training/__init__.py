"""What every family needs to train: strategies, checkpoints, the run's folder."""
