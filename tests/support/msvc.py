"""CMake toolchains of compilers that speak as ``cl`` does, made of clang-cl."""

from pathlib import Path

__all__ = ["write_toolchain"]

_CL = """\
#!/bin/sh
# CMake takes for MSVC what defines _MSC_VER and is not clang.
for a; do case $a in *CompilerId.c|*CompilerId.cpp) exec clang-cl-19 -U__clang__ "$@";; esac; done
exec clang-cl-19 "$@"
"""


def write_toolchain(folder: Path, compiler: str) -> str:
    """Write a toolchain file.

    Args:
        folder: Where to; made where it is missing.
        compiler: ``clang-cl``, or ``cl``, which is clang-cl as well but which CMake sees as MSVC.

    Returns:
        The definition that makes CMake use it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    program = "clang-cl-19"
    if compiler == "cl":
        script = folder / "cl"
        script.write_text(_CL)
        script.chmod(0o755)
        program = script.as_posix()
    tools = {"LINKER": "lld-link-19", "AR": "llvm-lib-19", "MT": "llvm-mt-19", "RC_COMPILER": "llvm-rc-19"}
    values = {"SYSTEM_NAME": "Windows", "C_COMPILER": program, "CXX_COMPILER": program, **tools}
    values["TRY_COMPILE_TARGET_TYPE"] = "STATIC_LIBRARY"
    path = folder / f"{compiler}.cmake"
    path.write_text("".join(f'set(CMAKE_{name} "{value}")\n' for name, value in values.items()))
    return f"-DCMAKE_TOOLCHAIN_FILE={path}"
