"""The launcher: makes the Python environment and runs the service's own servers.

Standard library only, because it runs on a bare Python 3.11 before anything else is installed.
In the order a start goes through them:

`environment` makes `.venv` · `places` says where data live · `account` is who the servers run as ·
`binaries` finds PostgreSQL and Valkey · `postgres` and `valkey` run them · `keeper` owns the pair for as
long as anybody uses it · `servers` is how a command uses it · `demo` (with `supervision` and `preparation`),
`testing` (with `browser` and `standard_ports`) and `commands` are what `manage.py` offers · `frontend`
makes the pages' styles.
"""
