"""What `apps.train_diffusion` is made of."""
