"""The settings: the one source of their names, defaults and help."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo, fields, replace

from clcache_launcher.config.kinds import Kind, NamedFolder, Value

__all__ = ["FIELDS", "SettingField", "Settings", "build_settings"]


class SettingField(Struct, frozen=True):
    """What is known of one setting besides its value."""

    kind: Kind
    help: str
    """One sentence for a table or ``--help``, without a full stop."""
    values: str
    """What may be written."""
    example: str
    """A line of ``clcache.yaml``."""
    default_text: str = ""
    """The default in words where the value alone does not tell."""
    other_names: tuple[str, ...] = ()
    """What users of other caches write for it; an error message leads them from there."""
    name: str = ""
    """From the field of `Settings`, as is the next."""
    default: Value = None

    @property
    def variable(self) -> str:
        """The environment variable."""
        return "CLCACHE_" + self.name.upper()

    @property
    def option(self) -> str:
        """The option on the command line."""
        return "--" + self.name.replace("_", "-")


def _flag(explanation: str, example: str, *other_names: str) -> SettingField:
    values = "`true` or `false` (also `1 yes on`, `0 no off`)"
    return SettingField(Kind.FLAG, explanation, values, example, other_names=other_names)


class Settings(Struct, frozen=True):
    """The effective settings of one invocation."""

    dir: Annotated[
        Path,
        SettingField(
            kind=Kind.FOLDER,
            help="Folder of the local storage",
            values="a folder; `~` is the home folder",
            example="dir: ~/caches/clcache",
            default_text="`clcache` in the platform's cache folder",
            other_names=("cache_dir",),
        ),
    ]
    basedir: Annotated[
        tuple[Path, ...],
        SettingField(
            kind=Kind.FOLDERS,
            help="Folders that stand for each other in different trees, which then share results",
            values="a folder or a list; in the environment joined as in `PATH`",
            example="basedir: [., ../third_party]",
            default_text="none",
            other_names=("base_dir", "base_dirs", "basedirs"),
        ),
    ] = ()
    roots: Annotated[
        tuple[NamedFolder, ...],
        SettingField(
            kind=Kind.ROOTS,
            help="The same by names, for folders that lie apart; each source of settings adds its own",
            values="names with folders; in the environment `name=folder` joined as in `PATH`",
            example="roots: {sdk: ../sdk}",
            default_text="what `include(ClcacheLauncher)` gives: `project`, `build`",
            other_names=("named_roots",),
        ),
    ] = ()
    relocatable: Annotated[
        bool,
        _flag(
            "Let the CMake module map the roots' paths away, so that trees share what holds paths, too",
            "relocatable: true",
        ),
    ] = False
    debug_format: Annotated[
        str,
        SettingField(
            kind=Kind.DEBUG_FORMAT,
            help="Where the CMake module lets `cl` put debug information; a database can't be cached",
            values="`embedded` or `keep`: in the objects, or as the project has it",
            example="debug_format: keep",
        ),
    ] = "embedded"
    disable: Annotated[
        bool, _flag("Run the compiler only: nothing is looked up or stored", "disable: true", "disabled")
    ] = False
    readonly: Annotated[bool, _flag("Give hits, store nothing", "readonly: true", "read_only")] = False
    recache: Annotated[bool, _flag("Look nothing up, store anew", "recache: true")] = False
    nodirect: Annotated[
        bool,
        _flag("Never use direct mode: let the compiler preprocess and look by the text", "nodirect: true", "no_direct"),
    ] = False
    preprocessor: Annotated[
        bool,
        _flag(
            "After a miss in direct mode look by the preprocessed text too, so that a changed comment can hit",
            "preprocessor: true",
            "preprocessor_mode",
        ),
    ] = False
    verify: Annotated[
        int,
        SettingField(
            kind=Kind.PERCENT,
            help="Share of hits that are compiled all the same and compared; a difference is logged and counted",
            values="a share from `0%` to `100%`",
            example="verify: 5%",
        ),
    ] = 0
    hardlink: Annotated[
        bool,
        _flag(
            "Give artifacts out as hard links: faster, but a tool that edits one in place edits the cache's too",
            "hardlink: true",
            "hard_link",
        ),
    ] = False
    max_size: Annotated[
        int,
        SettingField(
            kind=Kind.SIZE,
            help="Size in bytes that a cleanup brings artifacts and index below",
            values="bytes or a size: `5G` is 5·10⁹, `5GiB` 5·2³⁰ (`K M G T`); `0` is no limit",
            example="max_size: 5G",
        ),
    ] = 10 * 10**9
    max_age: Annotated[
        int,
        SettingField(
            kind=Kind.DURATION,
            help="Time after which a cleanup removes a result that nobody uses",
            values="seconds or a time: `12h`, `30d`; `0` is never",
            example="max_age: 30d",
        ),
    ] = 0
    log: Annotated[
        Path | None,
        SettingField(
            kind=Kind.FILE,
            help="File that gets one line for each invocation",
            values="a file; empty is no log",
            example="log: clcache.log",
            default_text="none",
            other_names=("log_file", "logfile"),
        ),
    ] = None
    idle_timeout: Annotated[
        int,
        SettingField(
            kind=Kind.DURATION,
            help="Seconds after which a core that nobody asks ends",
            values="seconds or a time: `90s`, `10m`, `2h`, `1d`; `0` is never",
            example="idle_timeout: 10m",
            other_names=("timeout",),
        ),
    ] = 600


def _describe(each: FieldInfo) -> SettingField:
    setting: SettingField = each.type.__metadata__[0]
    return replace(setting, name=each.name, default=None if each.default is NODEFAULT else each.default)


def build_settings(values: Mapping[str, Value]) -> Settings:
    """Make settings of values that were read, each by the kind of its field; what is not named gets its default.

    Args:
        values: By field name; ``dir`` is required.
    """
    return Settings(**values)  # type: ignore[arg-type]  # a kind's values have its field's type


FIELDS: Final[Mapping[str, SettingField]] = {each.name: _describe(each) for each in fields(Settings)}
"""Every setting by its name, in the order of the reference."""
