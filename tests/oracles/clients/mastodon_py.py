"""Mastodon.py, told what to do: a line of JSON in, `[method, {arguments}]`, and a line of JSON out.

Run by the judges' own Python.  What an answer has beside its value stands in `next`: the page after it.
"""

import json
import sys

from mastodon import Mastodon


def perform(state: dict, method: str, arguments: dict) -> object:
    if method == "create_app":
        state["id"], state["secret"] = Mastodon.create_app(**arguments)
        state["api"] = Mastodon(state["id"], state["secret"], api_base_url=arguments["api_base_url"])
        return None
    api = state["api"]
    if method == "next":
        state["last"] = api.fetch_next(state["last"])
    elif method == "previous":
        state["last"] = api.fetch_previous(state["last"])
    else:
        state["last"] = getattr(api, method)(**arguments)
    return state["last"]


def main() -> None:
    state: dict = {}
    for line in sys.stdin:
        method, arguments = json.loads(line)
        try:
            told = {"value": perform(state, method, arguments)}
        except Exception as error:
            told = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(told, default=str), flush=True)


main()
