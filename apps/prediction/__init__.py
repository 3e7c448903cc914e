"""What `apps.predict` is asked for, and whether it can be."""
