"""A page as a reader's browser takes it apart."""

from dataclasses import replace
from html.parser import HTMLParser

from fedicoop.listings import store

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class Seen(HTMLParser):
    """A page as a browser takes it apart: its elements with their attributes, its words, its scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words, self.scripts, self._in_script = "", [], False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._in_script = tag == "script"

    def handle_endtag(self, tag):
        self._in_script = False

    def handle_data(self, data):
        if self._in_script:
            self.scripts.append(data)
        else:
            self.words += f" {data}"

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def says(self, text: str) -> bool:
        return text in " ".join(self.words.split())


async def page(instance, path: str, **headers: str) -> Seen:
    answer = await instance.get(path, BROWSER, **headers)
    assert answer.status_code == 200, answer.text[:300]
    return Seen(answer.text)


async def keep(instance, **fields):
    """A listing exactly as given, past the checks of the door: what an older version may have let in."""
    listing = await instance.publish("Vélo cargo")
    async with instance.node.db.write() as tx:
        await keep_as(tx, listing, **fields)
    return listing


async def keep_as(tx, listing, **fields):
    """The listing as it then stands."""
    after = replace(listing, **fields)
    await store.put(tx, after)
    return after
