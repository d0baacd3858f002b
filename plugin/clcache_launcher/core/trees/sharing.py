"""A result as every tree can have it, and as one tree has it."""

from collections.abc import Sequence

from msgspec.structs import replace

from clcache_launcher.compilers.depfile_layout import escape_path, lay_out, one_line
from clcache_launcher.compilers.probe import Family
from clcache_launcher.core.outputs import MadeOutput
from clcache_launcher.core.trees.roots import Roots

__all__ = ["own_depfile", "share"]

_Texts = tuple[bytes, bytes, bytes]


def share(
    made: Sequence[MadeOutput], texts: _Texts, family: Family, roots: Roots
) -> tuple[list[MadeOutput], _Texts] | None:
    """Outputs and texts with tokens in the place of roots.

    Args:
        made: What the compiler made; of these only a depfile names paths.
        texts: stdout, stderr and the command line.
        family: The compiler's.
        roots: Of the tree that it was made in.

    Returns:
        Both, or ``None`` when they would not come out again as they are.
    """
    stdout, stderr, command = texts
    if not roots.can_map(stdout) or not roots.can_map(stderr):
        return None
    shared: list[MadeOutput] = []
    for output in made:
        if output.role != "depfile":
            shared.append(output)
            continue
        line = one_line(output.data)
        if not roots.can_map(line) or lay_out(line, family) != output.data:
            return None
        mapped = roots.escaped(escape_path).inward_text(line)
        if roots.shown_in(mapped):
            # -MT is written as it was given, whatever make would need.
            return None
        shared.append(replace(output, data=mapped))
    return shared, (roots.inward_text(stdout), roots.inward_text(stderr), command)


def own_depfile(shared: bytes, family: Family, roots: Roots) -> bytes | None:
    """A shared depfile with the paths of one tree, laid out as the compiler would; ``None`` when it is none."""
    return lay_out(roots.escaped(escape_path).outward_text(shared), family)
