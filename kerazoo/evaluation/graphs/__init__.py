"""How good predictions of nodes, links and graphs are."""
