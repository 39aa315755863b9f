"""What may be done to applications and proposals; the only place that writes them."""
