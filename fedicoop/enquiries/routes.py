"""What this room gives to `app`: its doors, what waits for members, and its part of the housekeeping."""

from starlette.routing import BaseRoute

from fedicoop.enquiries import asking_pages, collections, desk_pages, pages
from fedicoop.enquiries.forgetting import forget
from fedicoop.enquiries.naming import AskName, ask_name
from fedicoop.enquiries.pages import waiting
from fedicoop.enquiries.sorting import forget_old

__all__ = ["AskName", "ask_name", "forget", "forget_old", "routes", "waiting"]

routes: list[BaseRoute] = [
    *collections.routes,
    *asking_pages.routes,
    *pages.routes,
    *desk_pages.routes,
]
