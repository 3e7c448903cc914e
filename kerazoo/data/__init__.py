"""Datasets, read from files, downloaded or built in; no model."""
