"""The addresses given out must mean the same socket to everybody who parses them."""

import os
from pathlib import Path

import dj_database_url
import redis.connection
from hypothesis import given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict

from config.bootstrap import postgres, valkey

# Any directory Linux allows, capitals, spaces and accents included.
directories = st.lists(
    st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=12).filter(
        lambda name: name not in {".", ".."}
    ),
    min_size=1,
    max_size=5,
).map(lambda names: Path("/", *names))


@given(directories)
def test_django_and_libpq_read_back_the_same_directory(sockets: Path) -> None:
    url = postgres.url(sockets, "turnaround_app", "se/cr:et", "real")
    by_django = dj_database_url.parse(url)
    by_libpq = conninfo_to_dict(url)
    assert by_django["HOST"] == by_libpq["host"] == str(sockets)
    assert by_django["PASSWORD"] == by_libpq["password"] == "se/cr:et"
    assert by_django["NAME"] == by_libpq["dbname"] == "turnaround_real"
    assert by_django["USER"] == by_libpq["user"] == "turnaround_app"


@given(directories)
def test_redis_reads_back_the_same_socket(sockets: Path) -> None:
    read = redis.Redis.from_url(valkey.url(sockets, "real")).connection_pool.connection_kwargs
    assert read["path"] == os.path.join(sockets, "valkey.sock")
    assert read["db"] == 1


def test_the_two_worlds_share_neither_a_database_nor_a_queue() -> None:
    assert len(set(postgres.DATABASES.values())) == len(postgres.DATABASES) == 2
    assert len(set(valkey.DATABASES.values())) == len(valkey.DATABASES) == 2
