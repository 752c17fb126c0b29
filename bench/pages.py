"""Every page at full data: how many queries, how long beside a bare signed-in page, and what a history ten times
as long and the second wall add.

Pages are asked for in this process, as their readers, in turns: the account page (which shows a person and
nothing else) right before each.  The data is the demonstration's twelve months, which are the NHS part of the
full-size file, with a trust that has 200 actions; a short run loads three months.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.measuring.options import Options, read_options
from bench.measuring.ratios import Ratio, exit_status, figure
from bench.measuring.repeating import Timings, seconds_of
from bench.scratch.addresses import Route, address, arguments, routes
from bench.scratch.database import Connections, copy_database, drop_database, owner_of, scratch, settle
from bench.scratch.england import add_actions, add_month, add_reminders, add_round, begin
from bench.scratch.imports import deepen_history
from tests.databases import point_at
from tracker.accounts.models import User
from tracker.demonstration.england import england

READERS = ("national@demo.test", "lead@demo.test", "convenor@demo.test", "admin@demo.test")
BARE = "/account"
MOST_QUERIES = 12
TIMES = 10
NOT_QUERIES = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@dataclass(frozen=True)
class Page:
    """A page and the first of the readers who may open it."""

    name: str
    path: str
    client: Client

    def open(self) -> None:
        self.client.get(self.path)

    def open_bare(self) -> None:
        self.client.get(BARE)


def find_pages(clients: list[Client]) -> tuple[list[Page], list[str]]:
    """Every page that somebody may open, and the routes that answered nobody or take an unknown argument."""
    values = arguments()
    found, unmeasured = [], []
    for route in routes():
        path = address(route, values)
        statuses = [] if path is None else [client.get(path).status_code for client in clients]
        if path is not None and 200 in statuses:
            found.append(Page(route.name, path, clients[statuses.index(200)]))
        elif not takes_no_visit(route, statuses):
            unmeasured.append(f"{route.name} {statuses}")
    return found, unmeasured


def takes_no_visit(route: Route, statuses: list[int]) -> bool:
    """Whether the address is for posting to, or sends everybody elsewhere, or is there to answer "not found"."""
    return bool({302, 405} & set(statuses)) or route.name.endswith("nowhere")


def count_queries(pages: list[Page]) -> dict[str, int]:
    """How many queries each page makes, session and person included."""
    counts = {}
    for page in pages:
        page.client.get(page.path)
        with CaptureQueriesContext(connection) as captured:
            page.client.get(page.path)
        counts[page.name] = sum(not query["sql"].startswith(NOT_QUERIES) for query in captured)
    return counts


def take_turns(pages: list[Page], timings: Timings, databases: dict[str, str], turns: int) -> None:
    """Time each page in each of the `databases`, each time right after a bare one."""
    with Connections() as connections:
        for turn in range(turns + 1):
            for page in pages:
                for where, name in databases.items():
                    connections.use(name)
                    bare, taken = seconds_of(page.open_bare), seconds_of(page.open)
                    if turn:  # the first is for the caches of the connection
                        timings.add(f"bare {page.name} {where}", bare)
                        timings.add(f"{page.name} {where}", taken)


@contextmanager
def copied(name: str) -> Iterator[str]:
    """A copy of the database `name`, dropped after; Django points at it."""
    copy = copy_database(name)
    try:
        point_at(copy)
        yield copy
    finally:
        drop_database(copy)


def take_down_second_wall(name: str) -> None:
    """Let every row of this scratch database be seen, as if there were no row security."""
    with owner_of(name) as owner:
        tables = owner.execute("SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity").fetchall()
        for (table,) in tables:
            owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY")


def measure(options: Options) -> list[Ratio]:
    world, timings = england(), Timings()
    turns, more_turns = (9, 21) if options.whole else (2, 5)
    with scratch() as full:
        begin(world)
        add_month(world, 1)  # a page of what moved compares two files: before there are two it has nothing to ask
        add_round()
        add_reminders()
        clients = [Client(raise_request_exception=False) for _ in READERS]
        for client, email in zip(clients, READERS, strict=True):
            client.force_login(User.objects.get(email=email))
        few, _ = find_pages(clients)
        at_first = count_queries(few)
        for month in range(2, len(world.months) if options.whole else 3):
            add_month(world, month)
        add_actions()
        settle(full)
        pages, unmeasured = find_pages(clients)
        queries = count_queries(pages)
        with copied(full) as long, copied(full) as open_to_all:
            point_at(long)
            deepen_history(TIMES)
            settle(long)
            queries_later = count_queries(pages)
            take_down_second_wall(open_to_all)
            settle(open_to_all)
            databases = {"full": full, "long": long, "open": open_to_all}
            take_turns(pages, timings, databases, turns)
            # another process's work spoils a few turns, not most of many
            doubtful = [page for page in pages if missed(ratios_of(page, timings))]
            take_turns(doubtful, timings, databases, more_turns)
    return judge(pages, unmeasured, timings, queries, grown(at_first, queries, queries_later))


def grown(*counts: dict[str, int]) -> dict[str, int]:
    """How many more queries each page makes, where any of the later `counts` is above the first that has it."""
    growth: dict[str, int] = {}
    for name in counts[-1]:
        seen = [count[name] for count in counts if name in count]
        growth[name] = max(seen) - seen[0]
    return growth


def ratios_of(page: Page, timings: Timings) -> list[Ratio]:
    """The page's time to a bare one's, and with a long history to that with a short one."""
    name = page.name
    return [
        Ratio(f"page_{name}_to_bare", timings.ratio(f"{name} full", f"bare {name} full"), 6),
        Ratio(f"page_{name}_tenfold_history", timings.ratio(f"{name} long", f"{name} full"), 1.2),
    ]


def missed(ratios: list[Ratio]) -> bool:
    return any(ratio.judgement == "MISSED" for ratio in ratios)


def judge(
    pages: list[Page], unmeasured: list[str], timings: Timings, queries: dict[str, int], growth: dict[str, int]
) -> list[Ratio]:
    """The ratios of each page, after a table of them."""
    ratios: list[Ratio] = []
    for line in unmeasured:
        print(f"not measured: {line}")
    print(f"{'page':28} {'ms':>7} {'queries':>8} {'more':>5} {'to bare':>8} {'10 x history':>13}")
    walls = {"full": 0.0, "open": 0.0}
    for page in pages:
        name = page.name
        to_bare, to_short = ratios_of(page, timings)
        for where in walls:
            walls[where] += timings.median(f"{name} {where}")
        print(
            f"{name:28} {timings.median(f'{name} full') * 1000:7.1f} {queries[name]:8} {growth[name]:5} "
            f"{figure(to_bare.value):>8} {figure(to_short.value):>13}"
        )
        ratios += [Ratio(f"page_{name}_queries", queries[name], MOST_QUERIES), to_bare, to_short]
    return [
        *ratios,
        Ratio("pages_queries_more_with_rows", sum(max(0, more) for more in growth.values()), 0),
        Ratio("pages_row_security", walls["full"] / walls["open"], 1.2),
        Ratio("pages_not_measured", len(unmeasured), 0),
    ]


if __name__ == "__main__":
    sys.exit(exit_status(measure(read_options())))
