"""A shopping-list appliance for one household server: API, live site, live connections and pages in one process."""

__version__ = "0.1.0"
