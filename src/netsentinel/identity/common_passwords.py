"""How common a password is: the number of well-known pieces it can be put together from.

The list is our own: words that people reach for, keyboard walks, sequences, years and repetitions, in any case and with
the usual digits for letters. `Pa55word2026!` is three pieces (a word, a year, one other character); a random text needs
about as many pieces as it has characters.
"""

import unicodedata
from collections.abc import Collection
from functools import lru_cache
from itertools import pairwise, product, takewhile

MIN_RUN = 3
"""`abc`, `321`, `aaa`, `qwe`: from this length on, a sequence or a walk is one piece."""
_FEW_CHARACTERS = 4
_YEAR = 4
_WIDEST_STEP = 2
"""Every second letter or digit: the widest step that people think of."""

_WORDS = """
a abc access account admin administrator alarm alert alice alpha amanda america amsterdam an and andrea andrew angel
anna anonymous apache apple april archive are arsenal ashley at august autumn azerty baby backup banana baseball basic
basketball batman battery berlin beta bitcoin blink blue bob boss boston branch buster butterfly california camera
change changeit changeme charlie cheese chelsea chicago chocolate christmas cisco cloud coffee company computer config
console control cookie corporate correct correcthorsebatterystaple cowboy cyber daemon dallas daniel data database
david dead december default delta demo denver deploy desktop detect dev diamond director docker doctor dog dolphin
domain donald dragon eagle edge elastic elephant email england enter enterprise error eternal example external falcon
fall family february ferrari fire firewall flower football for forever forget france freedom friday friend galaxy
gateway george germany giants ginger github god gold golf google green guest guitar hacker hannah happy harley harry
hello helloworld help hockey holiday home honey horse house hunter i iloveyou in incident india info infra ingress
instance internal internet iris is it jackson james january jasmine jenkins jennifer jessica jesus jordan joshua july
june justin kafka kali key keyboard killer king kitten kubernetes lakers laptop lastpass letmein liberty linux
liverpool local localhost log login london looking love lovely lucky machine magic mail main manager manchester march
marina marlboro martin master matrix matthew maverick may me melissa mercedes michael michelle microsoft mobile monday
money monitor monkey morning mother mountain mustang my mysql nagios naruto natasha ncc1701 neo net netsentinel
network newyork nicole ninja no not nothing november nuclear october of office omega on online open operator or oracle
orange our pa paris pass passcode passphrase passw0rd passwd password patrick peace peanut pepper phone pi pizza
platform please pokemon police portal postgres power prince princess private prod product production project purple
qazwsx quality queen qwerty rabbit rainbow ranger raspberry ready red redis remote rescue robert rock root router
running samantha sample samsung sarah saturday school scooter scorpion secret secure security sensor sentinel
september server service session shadow sharing sigma silver simple skywalker slayer smith snoopy snort soc soccer
solo sophie spain spark special spider splunk spring staff staging staple star start starwars steelers steven student
summer sunday sunshine super superman support suricata switch sysadmin system taylor team tech temp temporary tennis
test tester testing that the this thomas threat thunder thursday tiger tigger to today token toor toyota traffic trust
trustno1 tuesday ubuntu unlock user username vagrant victoria viking virtual vpn wazuh we web wednesday welcome
whatever white wifi william windows winner winter with wizard wolf wonder work workshop world xxx yamaha yankees
yellow yes you your zeek zxcvbn
"""
WORDS = frozenset(_WORDS.split())
_KEYBOARDS = (
    ("`1234567890-=", "qwertyuiop[]\\", "asdfghjkl;'", "zxcvbnm,./"),
    ("~!@#$%^&*()_+", "qwertyuiop{}|", 'asdfghjkl:"', "zxcvbnm<>?"),
    ("^1234567890ß\u00b4", "qwertzuiopü+", "asdfghjklöä#", "yxcvbnm,.-"),
    ("²&é\"'(-è_çà)=", "azertyuiop^$", "qsdfghjklmù*", "wxcvbn,;:!"),
)
_ROW_SHIFT = (0.0, 1.5, 1.75, 2.25)
"""How far each row begins to the right of the digits, in keys."""
_LOOKALIKES = (
    str.maketrans("0134579@$!|+8", "oleastgasiltb"),
    str.maketrans("0134579@$!|+8", "oieastgasilxb"),
)
_Direction = tuple[int, bool]


def pieces_needed(password: str, context: Collection[str] = ()) -> int:
    """The least number of pieces that make up the password: words, walks, sequences, years, single other characters.

    Args:
        password: in NFC.
        context: further words that count as common here, such as the user's name.
    """
    text = unicodedata.normalize("NFKC", password).casefold()
    if len(set(text)) <= _FEW_CHARACTERS:
        return 1
    words = WORDS | {word.casefold() for word in context if len(word) >= MIN_RUN}
    joined = "".join(filter(str.isalnum, text))
    return min(_pieces(text, words), _pieces(joined, words) + (joined != text))


def _pieces(text: str, words: Collection[str]) -> int:
    unit = text[: (text + text).find(text, 1)]  # `abcabc` gives `abc`; what repeats nothing stays whole
    return _shortest_way(unit, words) + (unit != text)


def _shortest_way(text: str, words: Collection[str]) -> int:
    """The shortest way through the text, one step per piece (dynamic programming from the left)."""
    variants = [text, *(text.translate(table) for table in _LOOKALIKES)]
    longest = max(map(len, words))
    best = [0] + [len(text)] * len(text)
    for start in range(len(text)):
        run = max(_sequence(text, start), _walk(text, start))
        steps = {start + 1, *range(start + MIN_RUN, start + run + 1)}
        if _is_year(text[start : start + _YEAR]):
            steps.add(start + _YEAR)
        for end in range(start + 1, min(len(text), start + longest) + 1):
            if any(variant[start:end] in words for variant in variants):
                steps.add(end)
        for end in steps:
            best[end] = min(best[end], best[start] + 1)
    return best[-1]


def _is_year(text: str) -> bool:
    return len(text) == _YEAR and text.isdecimal() and text[:2] in {"19", "20"}


def _sequence(text: str, start: int) -> int:
    """Length of the run with one step between neighbours: `aaaa`, `abcd`, `9876`, `2468`."""
    codes = [ord(character) for character in text[start:]]
    steps = [right - left for left, right in pairwise(codes)]
    if not steps or abs(steps[0]) > _WIDEST_STEP:
        return 1
    return 1 + sum(1 for _ in takewhile(lambda step: step == steps[0], steps))


def _walk(text: str, start: int) -> int:
    """Length of the straight walk over neighbouring keys: `qwertz`, `1qaz`, `,mnb`."""
    near = _neighbours()
    steps = [near.get(pair, frozenset[_Direction]()) for pair in pairwise(text[start:])]
    longest = 0
    for direction in steps[0] if steps else ():
        longest = max(longest, sum(1 for _ in takewhile(lambda step, way=direction: way in step, steps)))
    return 1 + longest


@lru_cache(maxsize=1)
def _neighbours() -> dict[tuple[str, str], frozenset[_Direction]]:
    """For two keys that touch on any keyboard: in which directions, as rows down and whether to the right."""
    near: dict[tuple[str, str], set[_Direction]] = {}
    for rows in _KEYBOARDS:
        keys = [(key, x + _ROW_SHIFT[y], y) for y, row in enumerate(rows) for x, key in enumerate(row)]
        for (one, x, y), (other, to_x, to_y) in product(keys, keys):
            touches = abs(to_x - x) == 1 if to_y == y else abs(to_y - y) == 1 and abs(to_x - x) < 1
            if touches:
                near.setdefault((one, other), set()).add((to_y - y, to_x > x))
    return {pair: frozenset(directions) for pair, directions in near.items()}
