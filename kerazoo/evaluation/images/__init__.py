"""What images are measured by: classifiers and Inception, references, all at once."""
