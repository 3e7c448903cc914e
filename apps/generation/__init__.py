"""What `apps.generate` and `apps.evaluate` are made of."""
