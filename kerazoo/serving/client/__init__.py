"""Asks a running TensorFlow Serving; over REST without TensorFlow."""
