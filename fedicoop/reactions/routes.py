"""All of this room that the house puts together: its pages and collections, and what it forgets."""

from fedicoop.reactions import collections

routes = [*collections.routes]
