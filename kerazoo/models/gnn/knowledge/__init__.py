"""Models of knowledge graphs: decoders, objectives, and what serves them."""
