"""What people fill in: read within bounds, kept as typed, and shown again with what is wrong beside it.

    async def save(request):
        form = await forms.read(request)          # refuses what does not come from a page of ours
        with form.checking("name"):               # a Problem inside is shown beside that field
            name = one_line(form["name"])
        if form.wrong:
            return render(request, "coops/edit.html", 422, form=form)
        ...
        return forms.see_other(request, "/admin")

A template draws fields with the macros of `_fields.html`, given the form: what was typed stays.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError as MultipartParseError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from fedicoop import i18n
from fedicoop.db import room
from fedicoop.errors import Forbidden, Malformed, Misused, Problem, TooLarge, TooMany, Unsupported
from fedicoop.web import origin
from fedicoop.web.render import chosen_language, language_of

_SENT = "sent_forms"  # the name under which they stand in the request's state
_READ = "read_forms"
MOST_TEXT = 2_000_000  # bytes of a form without files: too long a text is told beside its field
DEADLINE, DEADLINE_A_FILE = 30.0, 20.0  # seconds for the whole of a form, and more for each file in it
MOST_FIELDS = 200
MOST_FILE = 12_000_000  # bytes of one file: what a phone's photo weighs, and a little more


@dataclass(slots=True)
class Form:
    """Names and values as they were typed, the files beside them, and what is wrong, field by field.

    An empty one, `Form({…})`, is how a page is first shown.  `wrong` maps a field to its Explanation;
    under "" stands what is wrong with the whole.
    """

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, Sequence[UploadFile]] = field(default_factory=dict)
    language: str = "fr"
    wrong: dict[str, i18n.Explanation] = field(default_factory=dict)
    made_for: str = ""  # the mark of the member whose page it was (origin.mark_of); "": a visitor's
    wait: int = 0  # seconds after which it may be tried again, where it was tried too often

    @classmethod
    def of(cls, values: Mapping[str, str | None], language: str = "fr") -> "Form":
        """A form that shows these values: of what is being changed, say."""
        return cls({name: [value] for name, value in values.items() if value is not None}, {}, language)

    def __getitem__(self, name: str) -> str:
        """What was typed there, without the spaces around it; "" where nothing was."""
        return next(iter(self.values.get(name, ())), "").strip()

    def all(self, name: str) -> list[str]:
        """Everything that was chosen under one name."""
        return [value.strip() for value in self.values.get(name, ())]

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def refuse(self, name: str, problem: Problem) -> None:
        """Note what is wrong with a field; the first fault of a field is the one that is shown."""
        self.wrong.setdefault(name, i18n.explain(problem, self.language))
        self.wait = max(self.wait, problem.seconds if isinstance(problem, TooMany) else 0)

    @contextmanager
    def checking(self, name: str) -> Iterator[None]:
        """A Problem in this block is what is wrong with that field, and the block ends there.

        A refusal that names a field of its own (`field=…`) is shown beside that one, if the form has it.
        """
        try:
            yield
        except Problem as problem:
            own = problem.values.get("field", "").partition(".")[0]
            self.refuse(own if own and own in self.values else name, problem)


class Stale(Forbidden):
    """A form of ours whose page was made for a session that is over.

    It changes nothing, but a page that holds much of somebody's work may show it again (`form`) with
    a token of today, so that nothing is lost.
    """

    def __init__(self, form: Form) -> None:
        super().__init__("form.token")
        self.form = form


async def read(request: Request, *, files: int = 0) -> Form:
    """The form of this request, with files of at most MOST_FILE bytes each, were there so many.

    Some more files than that come through, so that the page can say beside the field that they are
    too many.  Raises Forbidden where it does not come from a page of ours (Stale where it once did),
    TooLarge `form.too_large`, Malformed `form.unreadable`, Unavailable where there is no room to write.
    """
    room.require(request.app.state.node.settings, room.FOR_MEMBERS)
    texts: dict[str, list[str]] = {}
    uploads: dict[str, list[UploadFile]] = {}
    parsed = await fields_and_files(request, files)
    for name, value in parsed.multi_items():
        if isinstance(value, UploadFile):
            uploads.setdefault(name, []).extend([value] if value.filename else [])
        else:
            texts.setdefault(name, []).append(_clean(value))
    token = next(iter(texts.pop(origin.TOKEN, ())), None)
    form = Form(texts, uploads, language_of(request), made_for=origin.made_for(token))
    request.scope["state"].setdefault(_READ, []).append(form)
    try:
        origin.require_ours(request, token)
    except Forbidden as refusal:
        if refusal.key == "form.token":
            raise Stale(form) from refusal
        raise
    return form


async def sent(request: Request, *, files: int = 8) -> Form | None:
    """The form that this request carried, for whoever keeps it; None where it cannot be read.

    Changes nothing and may come from anywhere: the caller asks who sent it.
    """
    before: list[Form] = request.scope.setdefault("state", {}).get(_READ, [])
    if before:
        return before[0]
    try:
        return await read(request, files=files)
    except Stale as stale:
        return stale.form
    except Problem:
        return None


async def fields_and_files(request: Request, files: int) -> FormData:
    """What was sent, within bounds, whoever sent it (the caller asks); files are let go with the answer."""
    parsed = await _parsed(request, files)
    request.scope.setdefault("state", {}).setdefault(_SENT, []).append(parsed)
    return parsed


async def _parsed(request: Request, files: int) -> FormData:
    most = MOST_TEXT + files * MOST_FILE
    if int(_digits(request.headers.get("content-length", ""))) > most:
        raise _too_large(most)
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Unsupported("form.unreadable", "compressed")  # no browser does; a bomb would (case 115)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    stream = _counted(request, most)
    parser: MultiPartParser | FormParser
    if kind == "multipart/form-data":
        parser = MultiPartParser(
            request.headers, stream, max_files=files * 8, max_fields=MOST_FIELDS, max_part_size=MOST_TEXT
        )
    elif kind == "application/x-www-form-urlencoded":
        parser = FormParser(request.headers, stream, max_fields=MOST_FIELDS, max_part_size=MOST_TEXT)
    else:
        raise Malformed("form.unreadable", kind[:80])
    try:
        async with asyncio.timeout(DEADLINE + files * DEADLINE_A_FILE):
            return await parser.parse()
    except TimeoutError as error:
        raise Malformed("form.unreadable", "it came too slowly") from error
    except (MultiPartException, MultipartParseError, UnicodeDecodeError, KeyError) as error:
        raise Malformed("form.unreadable", str(error)) from error


async def _counted(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    """The body as it comes, and not a byte more than `most` of it."""
    seen = 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > most:
            raise _too_large(most)
        yield chunk


def _too_large(most: int) -> TooLarge:
    return TooLarge("form.too_large", most=f"{most // 1_000_000}")


class Uploads:
    """Middleware: files that were sent with a form are let go once the answer has been given."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        finally:
            for parsed in scope.get("state", {}).pop(_SENT, ()):
                await parsed.close()


def see_other(request: Request, path: str) -> Response:
    """After a change, on to a page (303): reloading it changes nothing again.  A chosen language stays."""
    if (chosen := chosen_language(request)) and "lang=" not in path:
        head, mark, anchor = path.partition("#")
        path = f"{head}{'&' if '?' in head else '?'}lang={chosen}{mark}{anchor}"
    return RedirectResponse(path, 303)


def required(form: Form, name: str) -> str:
    """What was typed in a field that may not stay empty.  Raises Misused `form.missing`."""
    if not form[name]:
        raise Misused("form.missing", name)
    return form[name]


def _digits(text: str) -> str:
    return text if text.isascii() and text.isdigit() and len(text) < 19 else "0"


def _clean(text: str) -> str:
    """No NUL and no half characters: what no database keeps (security, T7); line ends as we write them."""
    return (
        text.replace("\0", "")
        .replace("\r\n", "\n")
        .replace("\r", "\n")
        .encode("utf-8", "ignore")
        .decode("utf-8")
    )
