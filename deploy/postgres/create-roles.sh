#!/bin/sh
# Run by the PostgreSQL image once, on an empty volume: the role that owns the tables, the service's role that owns
# nothing and obeys row-level security, and the database. Needs WASL_OWNER_PASSWORD and WASL_APP_PASSWORD.
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set owner_password="$WASL_OWNER_PASSWORD" --set app_password="$WASL_APP_PASSWORD" <<'SQL'
CREATE ROLE wasl_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE wasl_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'app_password';
CREATE DATABASE wasl OWNER wasl_owner TEMPLATE template0 ENCODING 'UTF8';
REVOKE ALL ON DATABASE wasl FROM PUBLIC;
GRANT CONNECT ON DATABASE wasl TO wasl_app;
SQL
