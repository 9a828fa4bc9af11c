"""Pages of a list by cursor: cheap at any depth, stable while rows come in."""

from rest_framework.pagination import CursorPagination


class Pages(CursorPagination):
    page_size = 100
    max_page_size = 1000
    page_size_query_param = "page_size"
    ordering = "pk"
