"""Wrapper scripts: those that are understood, and those that are not."""

import pytest

from clcache_launcher.compilers.wrapper import Call, Script, read_script

UNDERSTOOD = {
    'exec gcc "$@"': [Call("gcc", (), ())],
    'exec /usr/bin/clang-cl-19 -flag "$@"': [Call("/usr/bin/clang-cl-19", ("-flag",), ())],
    'exec gcc "$@" -Werror': [Call("gcc", (), ("-Werror",))],
    'gcc ${1+"$@"}': [Call("gcc", (), ())],
    'echo "$@" >>log\nexec gcc "$@"': [Call("gcc", (), ())],
    'printf "%s %s\\n" "$$" "$*" >> "$HOME/runs.log"\nexec gcc "$@"': [Call("gcc", (), ())],
    '# a comment\nset -eu\nexec gcc -O2 \\\n  -g "$@" # another': [Call("gcc", ("-O2", "-g"), ())],
    'exec \'gcc\' -D\'X="y"\' "-DZ=a b" -DQ=\\"q\\" "$@"': [Call("gcc", ('-DX="y"', "-DZ=a b", '-DQ="q"'), ())],
    'exec "$(dirname "$0")/clang++" "$@"': [Call("/own/bin/clang++", (), ())],
    'exec `dirname $0`/clang++ "$@"': [Call("/own/bin/clang++", (), ())],
    'exec "${0%/*}/clang++" "$@"': [Call("/own/bin/clang++", (), ())],
    'here=$(dirname "$0")\nexec "$here/../x/clang" "$@"': [Call("/own/bin/../x/clang", (), ())],
    '[ "$1" = -v ] && exec gcc "$@"\nexec gcc -O2 "$@"': [Call("gcc", (), ()), Call("gcc", ("-O2",), ())],
    'if [ "$1" != "-cc1" ]; then\n clang -g "$@"\nelse\n clang "$@"\nfi': [
        Call("clang", ("-g",), ()),
        Call("clang", (), ()),
    ],
    'for a; do case $a in *x.c|*y.c) exec gcc -UX "$@";; esac; done\nexec gcc "$@"': [
        Call("gcc", ("-UX",), ()),
        Call("gcc", (), ()),
    ],
    'for a in "$@"\ndo\n  case "$a" in\n    -c) exec gcc -DC "$@" ;;\n    *) ;;\n  esac\ndone\nexec gcc "$@"': [
        Call("gcc", ("-DC",), ()),
        Call("gcc", (), ()),
    ],
}
NOT_UNDERSTOOD = [
    # It asks for more than its arguments.
    'exec gcc $FLAGS "$@"',
    'exec $CC "$@"',
    'exec "${CC:-gcc}" "$@"',
    'if [ "$DEBUG" = 1 ]; then exec gcc -g "$@"; fi\nexec gcc "$@"',
    'case $1 in "$X") exec gcc -g "$@";; esac\nexec gcc "$@"',
    'if [ -f x ]; then exec gcc -g "$@"; fi\nexec gcc "$@"',
    'if test -n "$(cat x)"; then exec gcc -g "$@"; fi\nexec gcc "$@"',
    'exec gcc -DX=$(date) "$@"',
    'exec gcc -DX=`date` "$@"',
    'exec gcc -DX="`date`" "$@"',
    'exec gcc -DX=$RANDOM "$@"',
    'exec gcc -DX=$$ "$@"',
    'exec gcc *.c "$@"',
    'exec gcc ~/x.c "$@"',
    'exec gcc {a,b}.c "$@"',
    '. /etc/settings\nexec gcc "$@"',
    'exec gcc @options "$@" <input',
    # It does more, or something else.
    'gcc "$@"\ngcc -S "$@"',
    'gcc "$@"\nstrip a.o',
    'gcc "$@" && strip a.o',
    'gcc "$@"; exit 0',
    'if gcc "$@"; then exec gcc -S "$@"; fi',
    'for a; do gcc "$@"; done',
    'while true; do gcc "$@"; done',
    'gcc "$@" | tee log',
    'gcc "$@" &',
    'gcc "$@" 2>log',
    'echo "$@" >log\nexec gcc "$@"',
    'echo "$@"\nexec gcc "$@"',
    'echo "$(cat x)" >>log\nexec gcc "$@"',
    'echo x >>log y\nexec gcc "$@"',
    '[ x >>log ] && exec gcc -g "$@"\nexec gcc "$@"',
    '[ $$ = 1 ] && exec gcc -g "$@"\nexec gcc "$@"',
    'cat x >>log\nexec gcc "$@"',
    'PATH=/x\nexec gcc "$@"',
    'CPATH=/x exec gcc "$@"',
    'export CPATH=/x\nexec gcc "$@"',
    'shift\nexec gcc "$@"',
    'set -- -g "$@"\nexec gcc "$@"',
    'for PATH; do :; done\nexec gcc "$@"',
    'cd /x\nexec gcc "$@"',
    'eval exec gcc "$@"',
    'gcc() { :; }\ngcc "$@"',
    'trap x EXIT\ngcc "$@"',
    'exec -a other gcc "$@"',
    "cat <<'END'\nEND",
    # What it runs, or on what, is not certain.
    "exec gcc $@",
    'exec gcc "$*"',
    "exec gcc",
    'exec gcc "$1"',
    'exec gcc "$@" "$@"',
    'exec ./gcc "$@"',
    'exec gcc @options "$@"',
    'exec ccache gcc "$@"',
    'exec cat "$@"',
    'exec "$(dirname "$1")/gcc" "$@"',
    'exec "$(basename "$0")-gcc" "$@"',
    'here=$(dirname "$0")\nhere=/x\nexec "$here/gcc" "$@"',
    'exec gcc \'unfinished "$@"',
    "",
]


def read(body: str, head: str = "#!/bin/sh") -> Script | None:
    return read_script(f"{head}\n{body}\n", "/own/bin/script")


@pytest.mark.parametrize("body", UNDERSTOOD)
def test_script_that_only_runs_a_compiler_is_understood(body: str) -> None:
    tools = ("dirname",) if "dirname" in body else ()
    script = read(body)
    assert script is not None
    assert (script.shell, script.calls, script.tools) == (("/bin/sh",), tuple(UNDERSTOOD[body]), tools)
    assert script.asks == ("case " in body or "[ " in body)


@pytest.mark.parametrize(
    ("body", "asks_any"),
    [
        ('exec gcc "$@"', False),
        ('for a; do case $a in *x.c|*y.cpp) exec gcc -UX "$@";; esac; done\nexec gcc "$@"', False),
        ('for a in "$@"; do case $a in *x.c) exec gcc -UX "$@";; esac; done\nexec gcc "$@"', False),
        ('for a; do case $a in -c) exec gcc -UX "$@";; esac; done\nexec gcc "$@"', True),
        ('for a; do case $a in x.c) ;; *) exec gcc -UX "$@";; esac; done\nexec gcc "$@"', True),
        ('for a; do [ "$a" = x.c ] && exec gcc -UX "$@"; done\nexec gcc "$@"', True),
        ('for a; do case $1 in x.c) exec gcc -UX "$@";; esac; done\nexec gcc "$@"', True),
        ('case $1 in x.c) exec gcc -UX "$@";; esac\nexec gcc "$@"', True),
        ('case "$*" in *x.c) exec gcc -UX "$@";; esac\nexec gcc "$@"', True),
        ('if [ $# = 3 ]\nthen exec gcc -UX "$@"\nfi\nexec gcc "$@"', True),
        ('[ "$1" = -v ] && exec gcc "$@"\nexec gcc -O2 "$@"', True),
    ],
)
def test_script_that_looks_at_more_than_names_of_sources_asks_for_any_argument(body: str, *, asks_any: bool) -> None:
    script = read(body)
    assert script is not None
    assert script.asks_any is asks_any


@pytest.mark.parametrize("body", NOT_UNDERSTOOD)
def test_any_other_script_is_not_understood(body: str) -> None:
    assert read(body) is None


@pytest.mark.parametrize(
    ("head", "shell"),
    [
        ("#!/bin/sh", ("/bin/sh",)),
        ("#! /bin/bash -e", ("/bin/bash",)),
        ("#!/usr/bin/env bash", ("/usr/bin/env", "bash")),
        ("#!/usr/bin/env python3", None),
        ("#!/usr/bin/python3", None),
        ("#!/usr/bin/perl -w", None),
        ("#!/bin/sh -x", None),
        ("#!/usr/bin/env -S bash -x", None),
        ("#!bash", None),
        ("no script", None),
    ],
)
def test_only_shells_are_followed(head: str, shell: tuple[str, ...] | None) -> None:
    found = read('exec gcc "$@"', head)
    assert (found.shell if found else None) == shell
