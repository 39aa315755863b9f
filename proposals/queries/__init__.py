"""What may be asked about applications and proposals."""
