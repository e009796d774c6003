"""The benchmark suite: the product as its clients meet it, beside what it stands on and what else could serve them."""
