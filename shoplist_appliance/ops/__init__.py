"""What runs the process rather than the product: logs, metrics, ownership of the data folder."""
