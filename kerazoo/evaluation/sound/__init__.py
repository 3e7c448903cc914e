"""What sound is measured by: classifiers whose features the measures above compare."""
