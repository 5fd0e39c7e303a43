"""Faults take time and rights: what is slow runs with FAULTS=all (`make faults`), what needs root, as root.

A tool that is missing is a reason to skip on a laptop, and a failure where REQUIRE_JUDGES=all says
that everything that can be installed is there.
"""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.faults.house import House, build
from tests.faults.peer import Peer

SLOW = pytest.mark.slow
ALL = os.environ.get("FAULTS") == "all"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("slow") and not ALL:
            item.add_marker(pytest.mark.skip(reason="takes a while: make faults"))


def need(*tools: str, root: bool = False) -> None:
    """Skip this test where it cannot be: not root, or a tool is missing."""
    missing = [tool for tool in tools if not shutil.which(tool)]
    if missing and os.environ.get("REQUIRE_JUDGES") == "all":
        pytest.fail(f"not installed: {', '.join(missing)}")
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    if root and os.geteuid() != 0:
        pytest.skip("needs root: it mounts, limits or unplugs")


Make = Callable[..., Awaitable[House]]
Meet = Callable[..., Awaitable[Peer]]


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
def meet(stack: AsyncExitStack) -> Meet:
    """Open a scripted peer, for the length of the test."""

    async def open_one(**more: object) -> Peer:
        return await stack.enter_async_context(Peer(**more))

    return open_one


@pytest.fixture
def make(stack: AsyncExitStack, tmp_path: Path) -> Make:
    """Build a house; whatever of it runs at the end of the test is killed."""
    count = iter(range(100))

    async def build_one(*peers: Peer, folder: Path | None = None, **more: object) -> House:
        house = await build(folder or tmp_path / f"house-{next(count)}", peers=peers, **more)
        house.journals = tmp_path
        stack.callback(house.close)
        stack.push_async_callback(house.http.aclose)
        return house

    return build_one
