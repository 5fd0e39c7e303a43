"""Every door of this room, for `app`; what nobody answers is last."""

from starlette.routing import Route

from fedicoop.clients import account_pages, avatars, consent_pages, instance_pages, registering, token_pages
from fedicoop.clients.doors import everything_else

_DOORS: list[Route] = [
    *registering.routes,
    *token_pages.routes,
    *instance_pages.routes,
    *account_pages.routes,
]

routes = [*_DOORS, *consent_pages.routes, *avatars.routes, everything_else(_DOORS)]
