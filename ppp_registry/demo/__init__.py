"""Invented applicants and their applications for `make demo`; every text says that it is a demo."""
