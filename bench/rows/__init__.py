"""The rows of the report, one module for each question asked."""
