"""What every command does around its own work."""
