"""Every page and every door of this room; the first that fits an address answers."""

from fedicoop.watches import neighbours, network_pages, pack_pages, pages

routes = [*pages.routes, *neighbours.routes, *pack_pages.routes, *network_pages.routes]
