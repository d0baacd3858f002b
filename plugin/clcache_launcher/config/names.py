"""The names that users write: which are known, which an unknown one may mean."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from clcache_launcher.config.settings import FIELDS
from clcache_launcher.util.late_modules import LateModule

if TYPE_CHECKING:
    import difflib
else:
    difflib = LateModule("difflib")

__all__ = ["ENVIRONMENT_ONLY", "OLD_NAMES", "explain_unknown_name", "list_ignored_variables", "list_old_variables"]

_PREFIX: Final = "CLCACHE_"

ENVIRONMENT_ONLY: Final[Mapping[str, str]] = {
    "CLCACHE_CONFIG": "Settings file of the project, in place of the nearest `clcache.yaml`",
    "CLCACHE_SOCKET": "End point of the core: a socket's path, on Windows a pipe's name",
    "CLCACHE_CL": "Compiler when the command line names none",
}
"""Variables that are no setting, each with its help: they are read before there are settings."""

OLD_NAMES: Final = (
    "CLCACHE_COMPRESS",
    "CLCACHE_COMPRESSLEVEL",
    "CLCACHE_OBJECT_CACHE_TIMEOUT_MS",
    "CLCACHE_PROFILE",
    "CLCACHE_SERVER",
    "CLCACHE_MEMCACHED",
)
"""Variables of clcache 4 that have no meaning here."""


def explain_unknown_name(name: str) -> str:
    """Return what to say of a name that no field has, e.g. ``did you mean 'max_size'?``."""
    plain = _plain(name)
    if _PREFIX + plain.upper() in ENVIRONMENT_ONLY:
        return f"only the environment has it, as {_PREFIX}{plain.upper()}"
    nearest = _find_nearest(plain)
    return f"did you mean '{nearest}'?" if nearest else f"known are {', '.join(sorted(FIELDS))}"


def list_old_variables(names: Iterable[str]) -> tuple[str, ...]:
    """Return which of the names of variables are clcache's old ones, sorted."""
    return tuple(sorted(set(OLD_NAMES).intersection(names)))


def list_ignored_variables(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return a line for each ``CLCACHE_`` variable that is set and means nothing, sorted by name."""
    known = {field.variable for field in FIELDS.values()} | ENVIRONMENT_ONLY.keys()
    unknown = sorted(name for name in environment if name.startswith(_PREFIX) and name not in known)
    return tuple(_explain_variable(name) for name in unknown)


def _explain_variable(name: str) -> str:
    if name in OLD_NAMES:
        return f"{name}: ignored; clcache had it, clcache-launcher has not"
    variables = [*(field.variable for field in FIELDS.values()), *ENVIRONMENT_ONLY]
    nearest = _find_nearest(_plain(name))
    near = [FIELDS[nearest].variable] if nearest else difflib.get_close_matches(name, variables, n=1, cutoff=0.8)
    return f"{name}: ignored, unknown variable" + (f"; did you mean {near[0]}?" if near else "")


def _find_nearest(plain: str) -> str | None:
    targets = {name: name for name in FIELDS} | {
        other: field.name for field in FIELDS.values() for other in field.other_names
    }
    near = difflib.get_close_matches(plain, targets, n=1, cutoff=0.7)
    return targets[near[0]] if near else None


def _plain(name: str) -> str:
    return name.lstrip("-").replace("-", "_").lower().removeprefix(_PREFIX.lower())
