"""All of this room that the house puts together: its pages, and its collections."""

from fedicoop.reactions import collections, pages

routes = [*pages.routes, *collections.routes]
