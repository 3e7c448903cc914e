"""Model families. They never import each other."""
