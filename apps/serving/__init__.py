"""What the apps around TensorFlow Serving have in common."""
