"""Which words are one family: `vélos` and `vélo`, `cousu`, `couture` and `coudre`, `bakery` and `bake`.

`lexicon.txt.gz` holds some 110 000 forms of French (`f…`) and English (`e…`) with their family's name; a
name that ends in `_` has a verb in it.  It is made by `tools/build_lexicon.py`, and read when the first
word is looked up: 0.05 s, 4 MB.  It is held as one block of bytes and searched by halving.
"""

import gzip
from array import array
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class _Table:
    block: bytes  # lines `form family`, in the order of their bytes
    starts: "array[int]"

    def families(self, form: bytes) -> list[str]:
        """The families of a form: at most one French and one English."""
        low, high = 0, len(self.starts) - 1
        wanted = form + b" "
        while low < high:
            middle = (low + high) // 2
            if self.block[self.starts[middle] : self.starts[middle] + len(wanted)] < wanted:
                low = middle + 1
            else:
                high = middle
        found = []
        while low < len(self.starts) - 1 and self.block.startswith(wanted, self.starts[low]):
            line = self.block[self.starts[low] : self.starts[low + 1] - 1]
            found.append(line[len(wanted) :].decode())
            low += 1
        return found


@cache
def _table() -> _Table:
    block = gzip.decompress(resources.files(__package__).joinpath("lexicon.txt.gz").read_bytes()) + b"\n"
    lengths = (len(line) + 1 for line in block.split(b"\n")[:-1])
    return _Table(block, array("I", accumulate(lengths, initial=0)))


@lru_cache(maxsize=20_000)
def families(word: str) -> tuple[str, ...]:
    """The families of a folded word, French first; none for a word that the lexicon does not have."""
    return tuple(sorted(_table().families(word.encode()), reverse=True))


def has_verb(family: str) -> bool:
    return family.endswith("_")
