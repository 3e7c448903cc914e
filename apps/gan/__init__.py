"""What `apps.train_gan` is made of."""
