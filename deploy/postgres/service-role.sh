#!/bin/sh
# Runs once, when the database is made: the role that the service logs in as. It owns nothing and cannot step over
# row-level security.
set -eu
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set=password="$WASL_APP_PASSWORD" <<'SQL'
CREATE ROLE wasl_app LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'password';
SQL
