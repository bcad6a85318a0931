"""Writes scalars.tsv: what PyYAML's safe loader makes of plain and tagged scalars. Run: python3 scalars.py > scalars.tsv"""

import datetime
import itertools

import yaml

words = "yes no true false on off null y n none nan inf nil undefined"
plain = [form for word in words.split() for form in (word, word.capitalize(), word.upper(), word[0] + word[1:].upper())]
plain += "~ ~~ ~a << = - . -- .. + ... _ _1 1_ 1__0 +1 -1 ++1 +-1 1- 1+ 00 01 -01 +07 08 09 0_ 0_7 07_ 0_8 -0 +0 0 1 10".split()
plain += "0777 -0777 0o17 0O17 0b 0b0 0b101 0b1_0 -0b11 0b2 0b_ 0B1 0x 0x0 0x1F 0xff -0xFF 0x_ 0x_1 0xg 0X1 x1 0x1.8".split()
plain += "1_000 1_000_000 _1_000 12345678901234567890 170141183460469231731687303715884105727".split()
plain += "170141183460469231731687303715884105728 -170141183460469231731687303715884105728 1e3 1E3 1e+3 1.e3 1.0e3".split()
plain += "1.0e+3 1.0E-3 1.e+3 1. .1 .1e+1 .1e1 +.1 -.1 ._1 .1_0 1._0 1_0.5 1.5 -1.5 +1.5 1.5.1 1.5e+ 1.5e+1_0 10.0.0.1 1,5".split()
plain += ".inf .Inf .INF .iNF -.inf +.inf +.Inf .nan .NaN .NAN .Nan -.nan +.nan inf -inf 1.inf 1.5x 0.0 00.5 08.5 -0.0".split()
plain += "1:30 1:59 1:60 1:5 1:6 1:5:5 10:30:59 01:30 0:30 -1:30 +1:30 1:30: 1_0:30 1:300 190:20:30 1:2:3:4 1:30.5".split()
plain += "190:20:30.15 1:30. 1:30.5e+3 0:0.5 01:30.5 1:60.5 -1:30.5 1:3_0.5 1:30.5_0 12:30:45 22:00 7:45 59:59 60:60".split()
plain += "2024-01-01 2024-1-1 2024-02-29 2023-02-29 2024-02-30 2024-13-01 2024-00-10 2024-01-00 2024-04-31 0000-01-01".split()
plain += "0001-01-01 9999-12-31 1900-02-29 2000-02-29 24-01-01 2024-01 2024/01/01 2024-01-01x 2024-01-1 2024-1-01 02024-01-01".split()
plain += [
    "2024-01-01T10:20:30", "2024-01-01t10:20:30", "2024-01-01 10:20:30", "2024-1-1 1:20:30", "2024-01-01  10:20:30",
    "2024-01-01T10:20:30Z", "2024-01-01T10:20:30 Z", "2024-01-01T10:20:30+02", "2024-01-01T10:20:30+02:00",
    "2024-01-01T10:20:30-5", "2024-01-01T10:20:30 -05:30", "2024-01-01T10:20:30+0200", "2024-01-01T10:20:30.",
    "2024-01-01T10:20:30.123", "2024-01-01T10:20:30.123456789Z", "2024-01-01T24:00:00", "2024-01-01T10:60:00",
    "2024-01-01T10:20:60", "2024-01-01T10:20", "2024-01-01T1:2:3", "2024-01-01T10:20:30+24", "2024-01-01T10:20:30+23:59",
    "2024-01-01T10:20:30+24:00", "2024-01-01T10:20:30z", "2024-02-30T10:20:30", "2024-01-01T", "2024-01-01 Z",
    "2024-01-01T10:20:30+23:60", "2024-1-1", "2024-1-1T10:20:30.5 +1:30", "1 000", "0 1", "- 1", "+ 1", "1.2.3.4",
    "4.0.30319", "C:", "a", "abc", "No one", "yes!", "tru", "falsey", "n/a", "onn", "0xdeadbeef", "0xDEADBEEF_", "007",
    "4688", "1e5", "10e10", "0e0", "0.0e+0", "1_2:3_4", "1:2_3", ".", "._", "_.5", "5_.5", "5._", "5.5_e+1", "0b1.0",
    "٣", "1٣", "①",
]
tagged = list(itertools.product(["!!str", "!!null", "!<tag:yaml.org,2002:str>", "!"], ["5", "yes", "a", "~", "1.5"]))
tagged += [("!!int", t) for t in "5 0x1F 0777 1_0 1:30 -5".split()]
tagged += [("!!float", t) for t in "1 1.5 .inf 1e3 1:30 -.INF".split()]
tagged += [("!!bool", t) for t in "yes No TRUE off".split()]
tagged += [("!!timestamp", t) for t in "2024-01-01 2024-02-30".split()]


def kind(text, tag=None):
    # The scanner is left out on purpose: some of these texts are no plain scalars in a file.
    loader = yaml.SafeLoader("")
    implicit = (True, False)
    name = {"!": None, "!<tag:yaml.org,2002:str>": "tag:yaml.org,2002:str"}.get(tag, tag and "tag:yaml.org,2002:" + tag[2:])
    name = name or loader.resolve(yaml.ScalarNode, text, implicit)
    try:
        value = loader.construct_object(yaml.ScalarNode(name, text))
    except yaml.constructor.ConstructorError:
        return "unloadable"
    except ValueError:
        return "invalid-timestamp" if name.endswith("timestamp") else "int none"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"bool {str(value).lower()}"
    if isinstance(value, int):
        return f"int {value if -2**63 <= value < 2**63 else 'none'}"
    if isinstance(value, float):
        return f"float {value!r}"
    if isinstance(value, (datetime.date, datetime.datetime)):
        return "timestamp"
    return "str"


seen = set()
print("\t".join(["", "", kind("")]))
for tag, text in [(None, text) for text in plain] + tagged:
    if (tag, text) not in seen:
        seen.add((tag, text))
        print("\t".join([tag or "", text, kind(text, tag)]))
