"""Papers that the register makes."""
