#!/bin/sh
# Makes the two roles and the database, once, when PostgreSQL's volume is new.
set -eu
psql -v ON_ERROR_STOP=1 --username postgres \
  -v owner="$OWNER_PASSWORD" -v app="$APP_PASSWORD" <<'SQL'
CREATE ROLE turnaround_owner LOGIN PASSWORD :'owner' CREATEROLE;
CREATE ROLE turnaround_app LOGIN PASSWORD :'app' NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
CREATE DATABASE turnaround OWNER turnaround_owner;
SQL
