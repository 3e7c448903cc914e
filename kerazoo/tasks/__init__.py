"""What is learnt: a dataset, a model for it, and measures of what it has learnt.

One folder for each family, one file for each task; all are `kerazoo.training.Task` and
are run by `kerazoo.run`.
"""
