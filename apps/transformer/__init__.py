"""What `apps.train_transformer` is made of."""
