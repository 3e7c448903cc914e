"""What clips are measured by: classifiers whose features the measures above compare."""
