"""What `apps.train_gnn` is made of."""
