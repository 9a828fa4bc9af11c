"""Every named page of the portal, taken from the resolver; what is not ours is left out."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

# allauth's own pages are its own tests' matter; the API has its table beside this one.
NOT_OURS = ("account/", "api/v1/")


def names() -> set[str]:
    return set(_names(get_resolver(), ""))


def _names(resolver: URLResolver, namespace: str) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            if str(pattern.pattern) not in NOT_OURS:
                inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
                yield from _names(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"
