"""Every page of this room, for `app.py`."""

from fedicoop.members import device_pages, me_pages, pages

routes = [*pages.routes, *me_pages.routes, *device_pages.routes]
