"""A shopping-list appliance for one household server: API, live site, chat and bot in one process."""

__version__ = "0.1.0"
