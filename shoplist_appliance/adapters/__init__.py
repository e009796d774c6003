"""What the product stands on: stores, keys, hashing, clocks. Each obeys a contract written in ``ports.py``."""
