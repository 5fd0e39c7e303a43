"""Every door of this room, for `app`; what nobody answers is last."""

from starlette.routing import Route

from fedicoop.clients import (
    account_pages,
    avatars,
    consent_pages,
    conversation_pages,
    instance_pages,
    notification_pages,
    reaction_pages,
    registering,
    relation_pages,
    saying_pages,
    searching_pages,
    status_pages,
    timeline_pages,
    token_pages,
)
from fedicoop.clients.doors import everything_else

_DOORS: list[Route] = [
    *registering.routes,
    *token_pages.routes,
    *instance_pages.routes,
    *searching_pages.routes,
    *relation_pages.routes,
    *account_pages.routes,
    *timeline_pages.routes,
    *saying_pages.routes,
    *status_pages.routes,
    *reaction_pages.routes,
    *notification_pages.routes,
    *conversation_pages.routes,
]

routes = [*_DOORS, *consent_pages.routes, *avatars.routes, everything_else(_DOORS)]
