"""What `apps.train_dqn` is made of."""
