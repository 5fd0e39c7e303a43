"""All addresses of this room; what is fixed comes before what has an id in it."""

from fedicoop.exchanges import asking_pages, beside_pages, changing_pages, pages

routes = [*asking_pages.routes, *changing_pages.routes, *beside_pages.routes, *pages.routes]
