"""Both applications' parts of shared pages.  Together with `urls.py` the only place that knows both."""

import peerreview.web.navigation
import tracker.plans.calendar
import tracker.plans.promises
import tracker.web.navigation
import tracker.web.search
import tracker.web.today_items
from tracker.sources import CalendarSource, DuePromises, NavigationItems, SearchSource, TodayItems

NAVIGATION: list[NavigationItems] = [tracker.web.navigation.items, peerreview.web.navigation.items]
TODAY: list[TodayItems] = [tracker.web.today_items.items]
SEARCH: list[SearchSource] = [tracker.web.search.trusts_and_hospitals]
CALENDAR: list[CalendarSource] = [tracker.plans.calendar.due_dates]
DUE_PROMISES: list[DuePromises] = [*tracker.plans.promises.PROMISES]
