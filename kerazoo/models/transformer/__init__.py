"""Transformers: models, decoding and text."""
