"""What the product is compared with: small servers on the same libraries or on Node's; none stores anything."""
