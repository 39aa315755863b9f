"""Django's PostgreSQL, with one thing less to ask at each request: see ``base`` (Django looks for it there)."""
