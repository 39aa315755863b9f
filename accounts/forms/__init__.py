"""Forms of one's own account and organisation."""
