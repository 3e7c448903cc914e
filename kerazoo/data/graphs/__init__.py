"""Graphs for node classification, link prediction and whole-graph tasks."""
