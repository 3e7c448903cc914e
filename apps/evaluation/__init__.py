"""How `apps.evaluate` measures exports that map inputs to answers."""
