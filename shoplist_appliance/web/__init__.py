"""The HTTP door: one table of operations, pages, files and documentation."""
