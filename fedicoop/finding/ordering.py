"""Where a page of hits begins: after the key of the last one before it.

So pages follow each other although listings come and go meanwhile.
"""

_LENGTHS = (3,)


def write_key(key: tuple[int, ...]) -> str:
    """`12.345.0`; the minus of a number as `_`, so that it may stand in an address."""
    return ".".join(str(number).replace("-", "_") for number in key)


def read_key(text: str) -> tuple[int, ...]:
    """The key; () for what none of ours is, which is the beginning."""
    try:
        key = tuple(int(part.replace("_", "-")) for part in text.split("."))
    except ValueError:
        return ()
    return key if len(key) in _LENGTHS and all(abs(number) < 2**63 for number in key) else ()
