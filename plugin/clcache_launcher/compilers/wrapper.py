"""Shell scripts that are called as a compiler and only run one with options of their own.

What a script does can be known only where it asks for nothing but its arguments. The few forms that are read here are
those that wrappers have; a script with anything else in it is not understood.
"""

import os
import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from clcache_launcher.compilers.probe import looks_like_compiler
from clcache_launcher.util.patterns import late_pattern

__all__ = ["Call", "Script", "read_script"]

_SHELLS: Final = frozenset({"sh", "bash", "dash", "ash"})
_HEAD: Final = late_pattern(r"#![ \t]*(?P<program>/\S+)(?:[ \t]+(?P<word>\S+))?[ \t]*")
_TOKEN: Final = late_pattern(
    r"""
    (?P<skip>[ \t]+|\\\n|(?<![^\s;])\#[^\n]*)
    | (?P<operator>\n|;;|&&|\|\||;|\)|\|)
    | (?P<append>>>)
    | (?P<word>(?:[\w@%+=:,./~*?\[\]!{}^-]|\\[^\n]|'[^']*'|\$(?:[\w@*\#$]|\{[^{}"`]*(?:"\$@")?\})
        |\$\([\w ]*(?:"\$0"|\$0)\)|`[\w ]*(?:"\$0"|\$0)`|"(?:[^"\\`$]|\\.|\$(?:[\w@*\#$]|\{[^{}"`]*\})
        |\$\([\w ]*(?:"\$0"|\$0)\)|`[\w ]*(?:\\?"\$0\\?"|\$0)`)*")+)
    """,
    re.VERBOSE,
)
_ALL_ARGUMENTS: Final = frozenset({'"$@"', '${1+"$@"}', '"${@}"'})
_OWN_FOLDER: Final = late_pattern(
    r"""^"?(?:\$\(dirname[ ](?:"\$0"|\$0)\)|`dirname[ ](?:\\?"\$0\\?"|\$0)`|\$\{0%/\*\})"?(?=/|$)"""
)
_ASSIGNMENT: Final = late_pattern(r"(?P<name>[A-Za-z_]\w*)=(?P<value>.*)", re.DOTALL)
_PLAIN_WORD: Final = late_pattern(r"""(?:[\w@%+=:,./^-]|\\[^\n]|'[^']*'|"(?:[^"\\`$]|\\["\\`$])*")+""")
_PIECE: Final = late_pattern(r"""'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^'"\\]+)""", re.DOTALL)
_VARIABLE: Final = late_pattern(r"\$(?:(?P<plain>[A-Za-z_]\w*)|[0-9#@*]|\{(?P<braced>\w+)\})")
_SPECIAL: Final = frozenset(
    {"IFS", "PATH", "PWD", "OLDPWD", "RANDOM", "SECONDS", "LINENO", "HOSTNAME", "SRANDOM", "EPOCHSECONDS"}
)
_THEN: Final = "<then>"
_OTHERWISE: Final = "<otherwise>"
_END: Final = "<end>"
_MARKS: Final = frozenset({_THEN, _OTHERWISE, _END})
_STRUCTURE: Final = {
    **dict.fromkeys(("if", "then", "do", "while", "until", "!", "done"), _THEN),
    **dict.fromkeys(("else", "elif"), _OTHERWISE),
    **dict.fromkeys(("fi", "esac"), _END),
}
_QUIET: Final = frozenset({":", "true", "false", "[", "test", "case", "set", "exit"})
_NOTES: Final = frozenset({"echo", "printf", "date"})
"""What may write a line to the end of a log; a hit writes none."""
_APPEND: Final = ">>"
_COMPARES: Final = frozenset({"=", "==", "!=", "-eq", "-ne", "-gt", "-ge", "-lt", "-le"})
_FILE_TEST: Final = late_pattern(r"-(?:[a-hkprstuvwxGLNOS]|nt|ot|ef)")
_CONDITION: Final = late_pattern(r"(?:^|(?<=[\s;&|(]))(?P<word>if|case|while|until|\[|test|&&|\|\|)(?=\s)")
_LOOP: Final = late_pattern(r"\bfor\s+\w+\s*(?:in\s+\"?\$@\"?\s*)?[;\n]")
_POSITION: Final = late_pattern(r"\$\{?[1-9#*]")
_PATTERNS: Final = late_pattern(r"(?:\bin\b|;;)\s*\(?([^()\"$;]*)\)")
_SOURCE_PATTERN: Final = late_pattern(r"[\w*./-]*\.(?:c|cc|cpp|cxx|C|m|mm)")


class Call(Struct, frozen=True):
    """A program that a script runs with its own arguments between some options."""

    program: str
    """Absolute, or a name to be found on ``PATH``."""
    before: tuple[str, ...]
    after: tuple[str, ...]


class Script(Struct, frozen=True):
    """What a script may run; which of its calls depends on the arguments alone."""

    shell: tuple[str, ...]
    """The programs that read it, as its first line names them."""
    calls: tuple[Call, ...]
    tools: tuple[str, ...] = ()
    """Other programs that it asks, to be found on ``PATH``."""
    asks: bool = False
    """It chooses by its arguments."""
    asks_any: bool = False
    """It may choose by any of them, by their order or number, and not only by what the sources are named."""


def read_script(text: str, path: str) -> Script | None:
    """Understand a script, or ``None`` when it may do more than run a compiler.

    Args:
        text: All of it.
        path: Its absolute path, as it is called.
    """
    first, _, body = text.partition("\n")
    shell = _shell(first)
    if shell is None:
        return None
    commands = _commands(body)
    calls = _calls(commands, os.path.dirname(path)) if commands is not None else None
    tools = ("dirname",) if "dirname" in body else ()
    if not calls:
        return None
    asks = bool(_CONDITION.search(body))
    return Script(shell, tuple(dict.fromkeys(calls)), tools, asks, asks and not _asks_for_sources(body))


def _asks_for_sources(body: str) -> bool:
    """Whether a script only goes through its arguments and compares each with names of sources."""
    if any(match["word"] != "case" for match in _CONDITION.finditer(body)) or not _LOOP.search(body):
        return False
    if _POSITION.search(body.replace('${1+"$@"}', "")):
        return False
    patterns = [pattern for found in _PATTERNS.findall(body) for pattern in found.split("|")]
    return bool(patterns) and all(_SOURCE_PATTERN.fullmatch(pattern.strip()) for pattern in patterns)


def _shell(line: str) -> tuple[str, ...] | None:
    head = _HEAD.fullmatch(line)
    if head is None:
        return None
    program, word = head["program"], head["word"]
    if os.path.basename(program) == "env":
        return (program, word) if word in _SHELLS else None
    return (program,) if os.path.basename(program) in _SHELLS and word in (None, "-e", "-u", "-eu") else None


def _commands(body: str) -> list[list[str]] | None:
    """The simple commands of a script; what of its control structure matters stands between them as one word."""
    commands: list[list[str]] = [[]]
    in_pattern = False
    for kind, text in _tokens(body):
        current = commands[-1]
        if in_pattern and text not in (")", "esac"):
            if kind == "unknown" or "$" in text or "`" in text:
                return None
        elif kind == "operator" and text != "|" and (text != ")" or in_pattern):
            in_pattern = text == ";;"
            commands += [[_OTHERWISE], []] if in_pattern else [[]]
        elif kind not in ("word", "append"):
            return None
        elif not current and text in _STRUCTURE:
            in_pattern = False
            commands += [[_STRUCTURE[text]], []]
        elif current[:1] == ["case"] and text == "in":
            in_pattern = True
            commands.append([])
        else:
            current.append(text)
    return [command for command in commands if command]


def _tokens(body: str) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(body):
        match = _TOKEN.match(body, position)
        if match is None:
            yield "unknown", body[position:]
            return
        position = match.end()
        if match.lastgroup != "skip":
            yield match.lastgroup or "", match[0]


def _calls(commands: Sequence[Sequence[str]], folder: str) -> list[Call] | None:
    known: dict[str, str] = {}
    calls: list[Call] = []
    for at, command in enumerate(commands):
        name, words = command[0], command[1:]
        assigned = _ASSIGNMENT.fullmatch(name)
        if assigned and not words:
            place = _own_folder(assigned["value"], folder)
            if place is None or assigned["name"] in known or assigned["name"] in _SPECIAL:
                return None
            known[assigned["name"]] = place
        elif name == "for":
            if words[1:] not in ([], ["in", '"$@"'], ["in", "$@"]) or words[0] in _SPECIAL or words[0] in known:
                return None
            known[words[0]] = ""
        elif name in _NOTES and _is_note(words):
            continue
        elif name in _QUIET or name in _MARKS:
            if not _asks_only_arguments(name, words, known):
                return None
        else:
            call = _call(words if name == "exec" else command, known, folder)
            if call is None or (name != "exec" and not _is_last(commands[at + 1 :])):
                return None
            calls.append(call)
    return calls


def _is_note(words: Sequence[str]) -> bool:
    """Whether a command prints into a file and nowhere else, and asks nothing but for its arguments."""
    is_appended = words.count(_APPEND) == 1 and words[-2:-1] == [_APPEND]
    return is_appended and not any("`" in word or "$(" in word for word in words)


def _is_last(rest: Sequence[Sequence[str]]) -> bool:
    """Whether nothing runs after a command: what follows is the other branch of an ``if`` or ``case``."""
    words = [command[0] for command in rest]
    if words[:1] == [_OTHERWISE]:
        words = words[words.index(_END) :] if _END in words else [""]
    return all(word == _END for word in words)


def _asks_only_arguments(name: str, words: Sequence[str], known: dict[str, str]) -> bool:
    if name == "set":
        return bool(words) and all(word in ("-e", "-u", "-eu", "-o", "pipefail", "errexit") for word in words)
    compares = name not in ("[", "test") or any(word in _COMPARES for word in words[1:2])
    if not compares and any(_FILE_TEST.fullmatch(word.strip("\"'")) for word in words):
        return False
    if _APPEND in words:
        return False
    for word in words:
        if (
            "`" in word
            or "$$" in word
            or "$(" in word
            or "${" in _VARIABLE.sub("", word)
            or re.search(r"[*?~]", _unquoted(word))
        ):
            return False
        names = [found["plain"] or found["braced"] for found in _VARIABLE.finditer(word)]
        if any(name and not name.isdigit() and name not in known for name in names):
            return False
    return True


def _unquoted(word: str) -> str:
    return re.sub(r"""'[^']*'|"[^"]*"|\$.""", "", word)


def _call(words: Sequence[str], known: dict[str, str], folder: str) -> Call | None:
    places = [at for at, word in enumerate(words) if word in _ALL_ARGUMENTS]
    if len(places) != 1 or places[0] == 0:
        return None
    program = _program(words[0], known, folder)
    before, after = ([_literal(word) for word in part] for part in (words[1 : places[0]], words[places[0] + 1 :]))
    # What a file of options holds would have to be known each time.
    if program is None or any(word is None or word.startswith("@") for word in (*before, *after)):
        return None
    return Call(program, tuple(filter(None, before)), tuple(filter(None, after)))


def _program(word: str, known: dict[str, str], folder: str) -> str | None:
    program = _literal(word)
    if program is None:
        program = _own_folder(word, folder) or _below_variable(word, known)
    # A bare word is looked for on PATH, unless it is one that the shell itself knows.
    is_found = program is not None and (os.path.isabs(program) or "/" not in program)
    return program if is_found and looks_like_compiler(program or "") else None


def _below_variable(word: str, known: dict[str, str]) -> str | None:
    match = re.fullmatch(r"\"?\$(?:(\w+)|\{(\w+)\})\"?(/[\w.+/-]+)\"?", word)
    place = known.get(match[1] or match[2]) if match else None
    return place + match[3] if match and place else None


def _own_folder(word: str, folder: str) -> str | None:
    """A path that begins with the script's own folder."""
    match = _OWN_FOLDER.match(word)
    if match is None:
        return None
    rest = word[match.end() :].removesuffix('"')
    return folder + rest if re.fullmatch(r"(?:/[\w.+/-]*)?", rest) else None


def _literal(word: str) -> str | None:
    """The text of a word in which nothing is expanded."""
    if not _PLAIN_WORD.fullmatch(word) or re.match(r"[A-Za-z_]\w*=", word) or word in ("!", "{", "}"):
        return None
    return "".join(_unquote(match) for match in _PIECE.finditer(word))


def _unquote(match: re.Match[str]) -> str:
    single, double, escaped, plain = match.groups()
    if double is not None:
        return re.sub(r'\\(["\\`$])', r"\1", double)
    return next(part for part in (single, escaped, plain) if part is not None)
