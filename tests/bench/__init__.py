"""The benchmark suite measures and reports what it says it does."""
