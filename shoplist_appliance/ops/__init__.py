"""What runs the process rather than the product: logs, metrics, the machine's addresses, the page of settings."""
