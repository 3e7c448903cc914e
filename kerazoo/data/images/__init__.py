"""Images with or without labels: built in, from TensorFlow Datasets, from folders."""
