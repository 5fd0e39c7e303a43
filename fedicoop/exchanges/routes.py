"""All addresses of this room; what is fixed comes before what has an id in it."""

from fedicoop.exchanges import asking_pages, changing_pages, pages, trouble_pages

routes = [*asking_pages.routes, *changing_pages.routes, *trouble_pages.routes, *pages.routes]
