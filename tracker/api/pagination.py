"""Pages of the API by cursor: steady while rows are added, and as quick on the last page as on the first."""

from rest_framework.pagination import CursorPagination


class ByPosition(CursorPagination):
    """Follows the primary key.  `page_size` may be asked for, up to 1,000."""

    ordering = "pk"
    page_size_query_param = "page_size"
    max_page_size = 1000
