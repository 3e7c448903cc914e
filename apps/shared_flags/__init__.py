"""Flags that several apps have; `--helpshort` lists those that an app adopts."""
