"""What every route has in common: rows of the caller's territory, honest caching."""

from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.utils.cache import get_conditional_response, patch_cache_control, set_response_etag
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from organizations.access import Viewer

M = TypeVar("M", bound=Model)


class ScopedViewSet(GenericViewSet[M], Generic[M]):
    """Only rows the caller may see; what they may not see does not exist for them."""

    @property
    def viewer(self) -> Viewer:
        """Who calls; set when the permission was checked, after authentication."""
        viewer: Viewer = self.request.viewer  # type: ignore[attr-defined]  # set by IsMember
        return viewer

    def get_queryset(self) -> QuerySet[M]:
        rows = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows.none()
        return rows.visible_to(self.viewer)  # type: ignore[attr-defined,no-any-return]  # scoped

    def paginate_queryset(self, queryset: Any) -> list[Any] | None:
        """Tables (csv, xlsx) come whole, JSON comes in pages."""
        renderer = getattr(self.request, "accepted_renderer", None)
        if renderer is not None and renderer.format in {"csv", "xlsx"}:
            return None
        return super().paginate_queryset(queryset)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Give reads an ETag, so that a client that has the same rows gets 304."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if request.method == "GET" and isinstance(response, Response):
            patch_cache_control(response, private=True, no_cache=True)
            response.add_post_render_callback(lambda rendered: _conditional(request, rendered))
        return response


def _conditional(request: Request, response: Any) -> Any:
    if response.status_code != 200 or response.streaming:
        return response
    set_response_etag(response)
    return get_conditional_response(request._request, response["ETag"], response=response)
