"""What `make demo` and `make test` are made of: standard library only, so that a bare Python can start it."""
