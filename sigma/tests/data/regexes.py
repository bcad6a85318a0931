"""Writes regexes.tsv: regular expressions and whether Python 3.11 accepts them ("ok", or its message).

Run with Python 3.11: python3 regexes.py > regexes.tsv
"""

import random
import re
import warnings

warnings.simplefilter("ignore")
random.seed(20)
ATOMS = (
    "a b ( ) [ ] { } * + ? | ^ $ . \\ - , 1 0 8 (? (?: (?= (?! (?<= (?<! (?> (?P<n> (?P=n) (?P<m> (?(1) (?(n) (?i) (?x) "
    "(?i: (?-i: (?i-s: (?# {2} {2,3} {3,2} {,2} {2,} \\1 \\2 \\b \\d \\w \\q \\x41 \\x4 \\u0041 \\012 \\777 [a-z] [z-a] "
    "[^a] []a] [\\d-a] [a-\\d] é # = ! < > : \\A \\Z \\z \\\\ \\/ \\\" && --"
).split()
FIXED = [
    "", r"\.(exe|dll)$", r"^(?:[A-Z]:)?\\Users\\[^\\]+\\", r"(?i)abc", "abc(?i)", "a.*?b", "a++b", "(?<name>a)", "(?P<1>a)",
    "(?P<a>x)(?P<a>y)", r"(a)\2", r"(a\1)", "(?<=a|bc)d", "(?<=a|b)c", "a{1,2}{3}", "{", "a{", "a{}", "a{,5}", "[[:alpha:]]",
    "[a&&b]", r"\p{L}", r"\h", r"\Qa\E", "(?>a)", "(?(1)a|b|c)", "(a)(?(1)b|c)", "a\\", "(", ")", "[", "]", "*", "^*",
    r"\b+", "(?:^)*", "(?=a)*", "(?i-i:a)", "(?-:a)", "(?y)", "(?", "(?P", "(?P<", "(?#a", r"[\w-a]", r"[a-\w]", r"\8", r"\400",
    r"[\8]", "x{4294967295}", r"(?P=a)", "(?x) a # b", "|", "()", "(|a)", "a||b", r"\N{DASH", r"\U00110000", r"\U0010FFFF",
]
patterns = list(FIXED)
while len(patterns) < 700:
    pattern = "".join(random.choice(ATOMS) for _ in range(random.randint(1, 7)))
    if pattern not in patterns:
        patterns.append(pattern)
for pattern in patterns:
    try:
        re.compile(pattern)
        verdict = "ok"
    except (re.error, OverflowError) as error:
        verdict = str(error)
    print(f"{pattern}\t{verdict}")
