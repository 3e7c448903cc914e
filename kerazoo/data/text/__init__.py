"""Texts: built in, from files, from TensorFlow Datasets; batches of their tokens."""
