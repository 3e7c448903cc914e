"""What `apps.explain` is made of."""
