"""The rules of the product: dataclasses and the standard library only."""
