"""Cheapest seats for guests at tables with limited room, on whole numbers of any size.

Pure arithmetic under `matching`: it knows nothing of trusts.  Guests and tables are numbered from 0; each
guest has a cost for each table open to it.  Guests are seated one by one along the cheapest chain of
moves, found by Dijkstra's search on reduced costs, so the seating is optimal after every step.
"""

from collections.abc import Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import Self


class Seating:
    """Who sits where, at what price; optimal after every step.

    The invariant: prices are not negative, a table with a free place has price 0, and every guest sits
    where cost + price is least for it.  By linear-programming duality no cheaper seating of the same
    guests exists.
    """

    def __init__(self, room: Sequence[int], options: Sequence[Mapping[int, int]]) -> None:
        """`room`: places at each table.  `options`: for each guest, the cost of each table it may move to."""
        self.room = list(room)
        self.options = options
        self.may_sit: list[list[int]] = [[] for _ in room]
        for guest, tables in enumerate(options):
            for table in tables:
                self.may_sit[table].append(guest)
        self.price = [0] * len(room)
        self.seat: list[int | None] = [None] * len(options)
        self.seated: list[set[int]] = [set() for _ in room]

    def copied(self) -> Self:
        """The same seating, to try something on; costs are shared, since nothing changes them."""
        other = type(self).__new__(type(self))
        other.room, other.price, other.seat = self.room[:], self.price[:], self.seat[:]
        other.options, other.may_sit = self.options, self.may_sit
        other.seated = [set(guests) for guests in self.seated]
        return other

    def place(self, guest: int) -> None:
        """Seat one more guest, moving others along the cheapest chain; ValueError if none frees a place."""
        price, room, seated, options = self.price, self.room, self.seated, self.options
        first = options[guest]
        reach = {table: cost + price[table] for table, cost in first.items()}
        came: dict[int, tuple[int, int | None]] = dict.fromkeys(first, (guest, None))
        queue = [(distance, table) for table, distance in reach.items()]
        heapify(queue)
        free = {table for table, places in enumerate(room) if len(seated[table]) < places}
        nearest = min((reach[table] for table in free & reach.keys()), default=None)
        passed: set[int] = set()
        while queue:
            distance, table = heappop(queue)
            if table in passed:
                continue
            if table in free:
                break
            passed.add(table)
            for other in seated[table]:
                moves = options[other]
                base = distance - moves[table] - price[table]
                for target, cost in moves.items():
                    if target in passed:
                        continue
                    further = base + cost + price[target]
                    if nearest is not None and further >= nearest:
                        continue
                    if target not in reach or further < reach[target]:
                        reach[target] = further
                        came[target] = (other, table)
                        heappush(queue, (further, target))
                        if target in free:
                            nearest = further
        else:
            raise ValueError(f"No chain of moves frees a place for guest {guest}.")
        for full in passed:
            price[full] += distance - reach[full]
        goal: int | None = table
        while goal is not None:
            moved, origin = came[goal]
            self._sit(moved, goal)
            goal = origin

    def ways_out(self) -> tuple[dict[int, int], dict[int, tuple[int, int]]]:
        """What it costs to free one place at each table, and how.

        Returns (cost over the table's price, by table; the step from each full table: which guest goes
        to which table next).  A table whose guests can never leave is in neither.  Seating a guest at a
        table then costs its own cost + the table's price + this, which is exact for the best seating of
        everybody with that guest there.
        """
        price, seat, options = self.price, self.seat, self.options
        reach = {table: 0 for table, places in enumerate(self.room) if len(self.seated[table]) < places}
        step: dict[int, tuple[int, int]] = {}
        queue = [(0, table) for table in reach]
        passed: set[int] = set()
        while queue:
            distance, table = heappop(queue)
            if table in passed:
                continue
            passed.add(table)
            for guest in self.may_sit[table]:
                origin = seat[guest]
                if origin is None or origin in passed:
                    continue
                moves = options[guest]
                further = distance + moves[table] + price[table] - moves[origin] - price[origin]
                if origin not in reach or further < reach[origin]:
                    reach[origin] = further
                    step[origin] = (guest, table)
                    heappush(queue, (further, origin))
        return reach, step

    def withdraw(self, guest: int) -> None:
        """Take one guest out, and let the place it leaves go where it saves most."""
        table = self.seat[guest]
        if table is not None:
            self.seated[table].remove(guest)
            self.seat[guest] = None
            self.fill(table)

    def fill(self, vacancy: int) -> int:
        """Let guests move up towards a free place while that saves; return the saving, 0 if there is none."""
        price, seat, options = self.price, self.seat, self.options
        reach = {vacancy: 0}
        came: dict[int, tuple[int, int]] = {}
        queue = [(0, vacancy)]
        passed: set[int] = set()
        least, end = price[vacancy], vacancy
        while queue:
            distance, table = heappop(queue)
            if distance >= least:
                break
            if table in passed:
                continue
            passed.add(table)
            if distance + price[table] < least:
                least, end = distance + price[table], table
            for other in self.may_sit[table]:
                origin = seat[other]
                if origin is None or origin in passed:
                    continue
                moves = options[other]
                further = distance + moves[table] + price[table] - moves[origin] - price[origin]
                if further < least and (origin not in reach or further < reach[origin]):
                    reach[origin] = further
                    came[origin] = (other, table)
                    heappush(queue, (further, origin))
        saving = price[vacancy] - least
        for table, distance in reach.items():
            price[table] -= max(0, least - distance)
        while end != vacancy:
            moved, end = came[end]
            self._sit(moved, end)
        return saving

    def _sit(self, guest: int, table: int) -> None:
        origin = self.seat[guest]
        if origin is not None:
            self.seated[origin].remove(guest)
        self.seated[table].add(guest)
        self.seat[guest] = table
