"""How good generated images are: distances to real ones, in features of a network."""
