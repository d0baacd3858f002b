"""From a command line to a compilation, by the tables of a dialect."""

import os
import re
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from clcache_launcher.compilers.dialect import Dialect, Names
from clcache_launcher.compilers.options import Effect, Match
from clcache_launcher.compilers.precompiled import HEADER_LANGUAGES, read_precompiled
from clcache_launcher.compilers.response_file import Expanded, expand_response_files
from clcache_launcher.model import (
    ASSEMBLER,
    ASSEMBLER_WITH_CPP,
    Compilation,
    Depfile,
    NotACompilation,
    Output,
    Reason,
    ShowIncludes,
    Uncacheable,
)

__all__ = ["parse_command_line"]


class _Source(Struct, frozen=True):
    """A source on a command line."""

    match: Match
    """Where it stands."""
    name: str
    language: str
    """As ``-x`` names it, or empty."""


_HIDDEN = frozenset({Effect.OUTPUT, Effect.DEPFILE_NAME, Effect.NEUTRAL})
"""Effects that stay out of the key unless an output holds the names or the command line."""
_RECORDS = frozenset({Effect.RECORDS, Effect.NAMED_OUTPUT})
_CODEVIEW = frozenset({Effect.CODEVIEW, Effect.CODEVIEW_COMMAND})
_TELL_OUTPUT = (
    _RECORDS | _CODEVIEW | {Effect.NAMES_OUTPUT, Effect.SIDE_OUTPUT, Effect.LISTING, Effect.INPUT_BESIDE_OBJECT}
)
_DEPFILES = frozenset({Effect.DEPFILE, Effect.DEPFILE_WITHOUT_SYSTEM})
_MAKES_OUTPUT = (
    _HIDDEN
    | _DEPFILES
    | _RECORDS
    | _CODEVIEW
    | {Effect.CREATE_PCH, Effect.PCH_NAME, Effect.EMIT_PCH}
    | {Effect.DEPFILE_FORM, Effect.SHOW_INCLUDES, Effect.COMPILE, Effect.ASSEMBLY, Effect.SIDE_OUTPUT, Effect.LISTING}
)
"""Effects that a run which only lists the headers must not have."""
_PATHS = (
    _HIDDEN
    | _DEPFILES
    | {Effect.SEARCH, Effect.FORCE_INCLUDE, Effect.DEPFILE_FORM, Effect.INPUT, Effect.SOURCE, Effect.NAMED_OUTPUT}
    | {Effect.LISTING, Effect.USE_PCH, Effect.CREATE_PCH, Effect.PCH_NAME}
)
"""Effects whose value is a path, or for a depfile's target begins with one."""
_SYSTEM = "system"
"""Suffix of the rows of include folders whose headers are the system's."""
_TEMPORARY = ".i .s"
"""Suffix of the rows of gcc's ``-save-temps``."""
_NOT_A_FILE = re.compile(r"-|/dev/.*|(?:nul|con):?", re.IGNORECASE)
_NOT_A_FOLDER = re.compile(r"-$|=|\$SYSROOT")
"""gcc and clang read ``-I -`` as ``-I-`` and put the sysroot for ``=``."""
_ASSEMBLER = frozenset({ASSEMBLER, ASSEMBLER_WITH_CPP})
_PREPROCESSED = {"c": ".i", "c++": ".ii", "objective-c": ".mi", "objective-c++": ".mii"}
_PREPROCESSED |= dict.fromkeys(_ASSEMBLER, ".s")
"""Suffix of the preprocessed text by language."""


def parse_command_line(
    dialect: Dialect, arguments: Sequence[str], read: Callable[[str], bytes | None], is_file: Callable[[str], bool]
) -> tuple[Compilation, ...] | Uncacheable | NotACompilation:
    """Read a command line as the compiler would.

    Args:
        dialect: Tables and naming rules of the compiler.
        arguments: ``argv`` without the compiler.
        read: Content of a file named as on the command line, or ``None`` when it can't be read.
        is_file: Whether a name as on the command line is a file.

    Returns:
        A compilation for each source, in their order; or why the results can't be stored; or that it makes no object.
    """
    expanded = expand_response_files(arguments, read, dialect.quoting)
    if isinstance(expanded, Uncacheable):
        return expanded
    matches = _split(dialect, expanded, is_file)
    if isinstance(matches, Uncacheable):
        return matches
    verdict = _refusal(matches) or _misuse(matches) or _kept_arguments(matches, expanded)
    if verdict is not None:
        return verdict
    sources = _sources(dialect, matches)
    if not sources:
        return Uncacheable(Reason.NO_SOURCE)
    compilations: list[Compilation] = []
    for source in sources:
        compilation = _compilation_of(dialect, expanded.arguments, matches, source, sources)
        if isinstance(compilation, Uncacheable):
            return compilation
        compilations.append(replace(compilation, response_files=expanded.files))
    return _refuse_mixture(dialect, matches, compilations) or tuple(compilations)


def _compilation_of(
    dialect: Dialect, arguments: Sequence[str], matches: Sequence[Match], source: _Source, sources: Sequence[_Source]
) -> Compilation | Uncacheable:
    reason = Reason.STANDARD_INPUT if source.name == "-" else _language_refusal(dialect, source.language)
    if reason is not None:
        return Uncacheable(reason, source.name)
    others = {id(other.match) for other in sources if other is not source}
    own = [
        match for match in matches if id(match) not in others | _languages_of_others(dialect, matches, sources, source)
    ]
    alone = tuple(token for match in own for token in match.tokens) if others else ()
    return _compilation(dialect, alone or arguments, own, source, alone)


def _languages_of_others(
    dialect: Dialect, matches: Sequence[Match], sources: Sequence[_Source], source: _Source
) -> set[int]:
    """The ``-x`` that count for later sources alone: behind its last source a driver warns of one."""
    if dialect.windows_quoting:
        return set()
    places = {id(match): at for at, match in enumerate(matches)}
    first, last = places[id(source.match)], places[id(sources[-1].match)]
    between = matches[first:last]
    return {id(match) for match in between if match.option and match.option.effect is Effect.LANGUAGE}


def _refuse_mixture(
    dialect: Dialect, matches: Sequence[Match], compilations: Sequence[Compilation]
) -> Uncacheable | None:
    """Why several sources on one line can't be compiled one by one, if so."""
    if len(compilations) == 1:
        return None
    paths = [output.path for compilation in compilations for output in compilation.outputs]
    spellings = {match.option.spelling for match in matches if match.option}
    # Without /MP cl prints more than for each source alone (it says when it generates code); with it, in any order.
    is_in_order = not dialect.names_output or "-MP" in spellings
    # clang records the line of its driver, with all sources. A source may take the header that was compiled before it.
    records = not dialect.windows_quoting and any(each.records_command_line for each in compilations)
    has_header = any(each.language in HEADER_LANGUAGES for each in compilations)
    if len(set(paths)) < len(paths) or not is_in_order or records or has_header:
        return Uncacheable(Reason.MULTIPLE_SOURCES, compilations[1].source)
    return None


def _split(dialect: Dialect, expanded: Expanded, is_file: Callable[[str], bool]) -> tuple[Match, ...] | Uncacheable:
    found: list[Match] = []
    before = 0
    for match in dialect.options.split(expanded.arguments, is_file):
        if isinstance(match, Uncacheable):
            return match
        # clang-cl misses a value that stands on the next line of a response file.
        if len(match.tokens) > 1 and before + 1 in expanded.line_ends:
            return Uncacheable(Reason.RESPONSE_FILE, match.tokens[0])
        before += len(match.tokens)
        found.append(match)
    for name, table in dialect.nested.items():
        values = [m.value for m in found if m.option and m.option.effect is Effect.NESTED and m.option.suffix == name]
        for match in table.split(dialect.split_nested(name, values)) if values else ():
            if isinstance(match, Uncacheable):
                return match
            # The outer tokens are in the key as they are; a positional argument in a nested line is nothing we know.
            if match.option is None:
                return Uncacheable(Reason.UNKNOWN_OPTION, match.value)
            found.append(Match((), match.value, match.option))
    return tuple(found)


def _refusal(matches: Iterable[Match]) -> Uncacheable | NotACompilation | None:
    effects = [(m.option.effect, m) for m in matches if m.option]
    if any(effect is Effect.QUERY for effect, _ in effects):
        return NotACompilation()
    for effect, match in effects:
        if effect is Effect.UNCACHEABLE and match.option and match.option.reason:
            return Uncacheable(match.option.reason, " ".join(match.tokens) or match.option.spelling)
    return None


def _misuse(matches: Sequence[Match]) -> Uncacheable | None:
    """Values that are no names of files or folders, or that may be given only once."""
    once: dict[str, str] = {}
    has_profile_folder = any(match.option.effect is Effect.PROFILE_FOLDER for match in matches if match.option)
    for match in matches:
        if match.option is None:
            continue
        effect, reason = match.option.effect, match.option.reason
        if _names_file(match) and _NOT_A_FILE.fullmatch(match.value):
            return Uncacheable(Reason.OUTPUT_NOT_A_FILE, match.value)
        if effect is Effect.SEARCH and _NOT_A_FOLDER.match(match.value):
            return Uncacheable(Reason.BAD_ARGUMENT, match.value)
        # Which of two depfile names counts depends on the compiler (-Wp,-MD,a -MF b), and so does what follows a comma.
        if effect in _DEPFILES and "," in match.value:
            return Uncacheable(Reason.UNKNOWN_OPTION, match.tokens[0])
        if effect is Effect.INPUT_BESIDE_OBJECT and has_profile_folder:
            return Uncacheable(Reason.PROFILE, match.option.spelling)
        if _names_depfile(match) or reason is Reason.MULTIPLE_ARCHITECTURES:
            what = "depfile" if _names_depfile(match) else match.option.spelling
            if once.setdefault(what, match.value) != match.value:
                return Uncacheable(reason or Reason.BAD_ARGUMENT, match.value)
    return None


def _kept_arguments(matches: Iterable[Match], expanded: Expanded) -> Uncacheable | None:
    """Why a file is made in which gcc hands on what it read in response files (``a.args.0``), if so."""
    keeps = any(match.option.suffix == _TEMPORARY for match in matches if match.option)
    return Uncacheable(Reason.SIDE_OUTPUT, "-save-temps with a response file") if keeps and expanded.files else None


def _names_depfile(match: Match) -> bool:
    effect = match.option.effect if match.option else None
    return effect is Effect.DEPFILE_NAME or (effect in _DEPFILES and bool(match.value))


def _names_file(match: Match) -> bool:
    effect = match.option.effect if match.option else None
    return effect in (Effect.OUTPUT, Effect.NAMED_OUTPUT, Effect.LISTING) or _names_depfile(match)


def _language_refusal(dialect: Dialect, language: str) -> Reason | None:
    if language in HEADER_LANGUAGES:
        return None
    if language in _ASSEMBLER and dialect.windows_quoting:
        return Reason.ASSEMBLER_SOURCE
    return None if language in _PREPROCESSED else Reason.SOURCE_LANGUAGE


def _sources(dialect: Dialect, matches: Iterable[Match]) -> list[_Source]:
    """Every source with its language, which may be empty."""
    found: list[_Source] = []
    language = ""
    for match in matches:
        if match.option is None:
            found.append(_Source(match, match.value, _language(dialect, match.value, language)))
        elif match.option.effect is Effect.LANGUAGE:
            language = match.option.language or match.value
        elif match.option.effect is Effect.SOURCE:
            found.append(_Source(match, match.value, match.option.language))
    # cl applies /TC and /TP wherever they stand, but not to the source of /Tc or /Tp; gcc's -x rules what follows it.
    if dialect.windows_quoting and language:
        return [replace(each, language=language) if each.match.option is None else each for each in found]
    return found


def _language(dialect: Dialect, source: str, asked: str) -> str:
    if asked not in ("", "none"):
        return asked
    suffix = os.path.splitext(source)[1]
    return dialect.languages.get(suffix.lower() if dialect.windows_quoting else suffix, "")


def _compilation(
    dialect: Dialect, arguments: Sequence[str], matches: Sequence[Match], source: _Source, alone: tuple[str, ...]
) -> Compilation | Uncacheable:
    effects = {match.option.effect for match in matches if match.option}
    is_header = source.language in HEADER_LANGUAGES
    wanted = {Effect.COMPILE} if source.language in _ASSEMBLER else {Effect.COMPILE, Effect.ASSEMBLY}
    if not effects & wanted and not is_header:
        return Uncacheable(Reason.LINKING)
    depfile_name = next((match.value for match in reversed(matches) if _names_depfile(match)), None)
    dash_o = next((m.value for m in reversed(matches) if m.option and m.option.spelling == "-o"), None)
    listing = _last(matches, Effect.LISTING)
    assembly, bitcode = Effect.ASSEMBLY in effects, Effect.BITCODE in effects
    names = Names(source.name, _last(matches, Effect.OUTPUT), depfile_name, assembly, bitcode, dash_o, listing)
    records = bool(effects & _RECORDS) or (Effect.CODEVIEW in effects and _holds_command(matches))
    depfile = None
    if not effects & _DEPFILES and effects & {Effect.DEPFILE_NAME, Effect.DEPFILE_FORM}:
        # An error of gcc's and a warning of clang's, unless our own -MD made it legal.
        return Uncacheable(Reason.BAD_ARGUMENT, "depfile options without -MD or -MMD")
    if effects & _DEPFILES:
        # -MMD counts wherever it stands beside -MD (gcc 12, clang 19).
        depfile = Depfile(dialect.depfile_path(names), Effect.DEPFILE_WITHOUT_SYSTEM not in effects)
    # A depfile's text begins with the object's name, whatever else stands in it.
    tells_output = depfile is not None or dialect.names_output or bool(effects & _TELL_OUTPUT)
    # clang warns of a depfile's name that it has no use for.
    hidden = _HIDDEN if depfile else _HIDDEN - {Effect.DEPFILE_NAME}
    if records or tells_output:
        hidden = frozenset() if records else hidden - {Effect.OUTPUT}
    outputs = _outputs(dialect, matches, names, source.language)
    precompiled = read_precompiled(dialect, matches, source.language, outputs)
    if isinstance(precompiled, Uncacheable):
        return precompiled
    if Effect.EMIT_PCH in effects and (not is_header or (depfile and not depfile.lists_system_headers)):
        return Uncacheable(Reason.PRECOMPILED_HEADER, "-emit-pch")
    if is_header and (assembly or (depfile and names.output is None)):
        return Uncacheable(Reason.PRECOMPILED_HEADER, "its outputs are not certain")
    used = precompiled[0].used if precompiled[0] else ()
    shown = [word for m in matches if not m.option or m.option.effect not in hidden for word in _key_words(m)]
    show = next(
        (m.option.suffix for m in reversed(matches) if m.option and m.option.effect is Effect.SHOW_INCLUDES), ""
    )
    return Compilation(
        source=source.name,
        language=source.language,
        arguments=tuple(arguments),
        alone=alone,
        key_arguments=tuple(word for word, _ in shown),
        key_paths=tuple(path for _, path in shown),
        outputs=precompiled[1],
        precompiled=precompiled[0],
        depfile=depfile,
        show_includes=ShowIncludes(show or "none"),
        records_command_line=records,
        search_folders=_values(matches, Effect.SEARCH),
        system_folders=tuple(m.value for m in matches if m.option and m.option.suffix == _SYSTEM),
        force_includes=_values(matches, Effect.FORCE_INCLUDE),
        input_files=(*_input_files(dialect, matches, names), *used),
        definitions=_values(matches, Effect.DEFINE),
        inspection_arguments=tuple(token for m in matches if _is_inspected(m) for token in m.tokens),
        probe_arguments=tuple(token for m in matches if m.option and m.option.probe for token in m.tokens),
    )


def _key_words(match: Match) -> list[tuple[str, str]]:
    """The tokens of an option, each with the path at its end."""
    option = match.option
    path = match.value if option is None or option.effect in _PATHS else ""
    return [(token, path if at == len(match.tokens) - 1 else "") for at, token in enumerate(match.tokens)]


def _is_inspected(match: Match) -> bool:
    """Whether a run that only lists the headers is given an option."""
    option = match.option
    if option is None or option.probe:
        return True
    # Where /Yu is left out, the headers are read as they are.
    return option.effect not in _MAKES_OUTPUT and (option.effect is not Effect.USE_PCH or option.suffix == "file")


def _holds_command(matches: Iterable[Match]) -> bool:
    """Whether CodeView, where there is some, holds the command line."""
    # What stands behind -clang: comes last, wherever it stands.
    return {m.option.suffix for m in matches if m.option and m.option.effect is Effect.CODEVIEW_COMMAND} != {"off"}


def _outputs(dialect: Dialect, matches: Sequence[Match], names: Names, language: str) -> tuple[Output, ...]:
    """Every file that may be made, the object first."""
    effects = {match.option.effect for match in matches if match.option}
    paths = {"object": dialect.object_path(names)}
    if language in HEADER_LANGUAGES and names.output is None:
        paths["object"] = names.source + dialect.header_suffix
    if effects & _DEPFILES:
        paths["depfile"] = dialect.depfile_path(names)
    for match in matches:
        if match.option and match.option.effect is Effect.NAMED_OUTPUT:
            paths[match.option.suffix] = match.value
        elif match.option and match.option.effect in (Effect.SIDE_OUTPUT, Effect.LISTING):
            for word in match.option.suffix.split():
                suffix = word.replace(".i", _PREPROCESSED[language]) if word.endswith(".i") else word
                paths[suffix.removeprefix("cwd/").lstrip(".")] = dialect.side_output_path(names, suffix)
    if names.assembly:
        # It is the object then.
        paths.pop("s", None)
    assembles = language in _ASSEMBLER
    # Who writes the text writes a precompiled header too.
    is_text = names.assembly or language in HEADER_LANGUAGES
    in_place = dialect.assembly_in_place if is_text else assembles and not dialect.assembly_in_place
    in_place |= not names.assembly and any(match.option.in_place for match in matches if match.option)
    return tuple(
        Output(role, path, in_place if role == "object" else role not in dialect.replaced)
        for role, path in paths.items()
    )


def _input_files(dialect: Dialect, matches: Iterable[Match], names: Names) -> tuple[str, ...]:
    files: list[str] = []
    for match in matches:
        effect, suffix = (match.option.effect, match.option.suffix) if match.option else (None, "")
        if effect is Effect.INPUT:
            files += filter(None, (match.value, os.path.join(match.value, suffix) if suffix else ""))
        elif effect is Effect.INPUT_BESIDE_OBJECT:
            files.append(dialect.side_output_path(names, suffix))
    return tuple(files)


def _values(matches: Iterable[Match], effect: Effect) -> tuple[str, ...]:
    return tuple(match.value for match in matches if match.option and match.option.effect is effect)


def _last(matches: Iterable[Match], effect: Effect) -> str | None:
    values = _values(matches, effect)
    return values[-1] if values else None
