"""Readers of clips, frames `(T, H, W, C)`."""
