"""Programs that print a text and end: made byte by byte, so that a test needs no compiler and starts no interpreter."""

import struct
import sys
from pathlib import Path

__all__ = ["SUFFIX", "write_program"]

SUFFIX = ".exe" if sys.platform == "win32" else ""
"""What the name of a program ends in."""

_IMPORTS = (b"GetStdHandle", b"WriteFile", b"ExitProcess")
_BEGIN = 0x1000
_HEADERS_BYTES = 0x200


def write_program(path: Path, says: str, *, to_stdout: bool = False, exit_code: int = 0) -> Path:
    """Write a program for x86-64 Linux or Windows that prints a text, on stderr unless told otherwise.

    Returns:
        Its path, with the suffix that it got.
    """
    path = path.with_name(path.name.removesuffix(SUFFIX) + SUFFIX) if SUFFIX else path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    make = _windows_program if sys.platform == "win32" else _linux_program
    path.write_bytes(make(says.encode(), to_stdout, exit_code))
    path.chmod(0o755)
    return path


def _linux_program(text: bytes, to_stdout: bool, exit_code: int) -> bytes:
    end = b"\x0f\x05\xb8\x3c\x00\x00\x00\xbf" + struct.pack("<I", exit_code) + b"\x0f\x05"
    code = (
        b"\xb8\x01\x00\x00\x00\xbf"
        + struct.pack("<I", 1 if to_stdout else 2)  # write
        # What stands behind the code.
        + b"\x48\x8d\x35"
        + struct.pack("<I", 5 + len(end))
        + b"\xba"
        + struct.pack("<I", len(text))
        + end
    )
    size = 64 + 56 + len(code) + len(text)
    head = b"\x7fELF\x02\x01\x01" + bytes(9)
    head += struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0x400078, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    head += struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, size, size, 0x1000)
    return head + code + text


def _windows_program(text: bytes, to_stdout: bool, exit_code: int) -> bytes:
    """Headers and one section: code, the table of what it imports, the text (learn.microsoft.com: PE Format)."""
    code_bytes = 64
    tables = _import_tables(_BEGIN + code_bytes)
    at_text = code_bytes + len(tables)
    code = b"\x48\x83\xec\x38\xb9" + struct.pack("<i", -11 if to_stdout else -12)  # room for arguments; the stream
    code += _relative(b"\xff\x15", code, code_bytes)  # GetStdHandle
    code += b"\x48\x89\xc1"
    code += _relative(b"\x48\x8d\x15", code, at_text)
    code += b"\x41\xb8" + struct.pack("<I", len(text)) + b"\x4c\x8d\x4c\x24\x30\x48\xc7\x44\x24\x20" + bytes(4)
    code += _relative(b"\xff\x15", code, code_bytes + 8)  # WriteFile
    code += b"\xb9" + struct.pack("<I", exit_code)
    code += _relative(b"\xff\x15", code, code_bytes + 16)  # ExitProcess
    section = code.ljust(code_bytes, b"\xcc") + tables + text
    return _windows_headers(len(section), code_bytes + 8 * (len(_IMPORTS) + 1)) + section.ljust(
        _rounded(len(section), 0x200), b"\0"
    )


def _relative(instruction: bytes, before: bytes, target: int) -> bytes:
    return instruction + struct.pack("<i", target - len(before) - len(instruction) - 4)


def _import_tables(begin: int) -> bytes:
    """Where the addresses come to stand, the directory of the one DLL, the names."""
    names_at = begin + 8 * (len(_IMPORTS) + 1) + 40
    library = b"KERNEL32.dll\0"
    names, thunks = library, b""
    for name in _IMPORTS:
        thunks += struct.pack("<Q", names_at + len(names))
        names += b"\0\0" + name + b"\0"
    directory = struct.pack("<IIIII", 0, 0, 0, names_at, begin) + bytes(20)
    return thunks + bytes(8) + directory + names


def _windows_headers(section_bytes: int, imports_at: int) -> bytes:
    raw_bytes, in_memory = _rounded(section_bytes, 0x200), _rounded(section_bytes, 0x1000)
    head = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0"
    head += struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 240, 0x22)
    head += struct.pack("<HBBIIIII", 0x20B, 14, 0, raw_bytes, 0, 0, _BEGIN, _BEGIN)
    head += struct.pack("<QIIHHHHHHI", 0x140000000, 0x1000, 0x200, 6, 0, 0, 0, 6, 0, 0)
    head += struct.pack("<IIIHH", _BEGIN + in_memory, _HEADERS_BYTES, 0, 3, 0x8100)
    head += struct.pack("<QQQQII", 1 << 20, 1 << 12, 1 << 20, 1 << 12, 0, 16)
    head += bytes(8) + struct.pack("<II", _BEGIN + imports_at, 40) + bytes(14 * 8)
    head += b".text\0\0\0" + struct.pack(
        "<IIIIIIHHI", section_bytes, _BEGIN, raw_bytes, _HEADERS_BYTES, 0, 0, 0, 0, 0xE0000060
    )
    return head.ljust(_HEADERS_BYTES, b"\0")


def _rounded(number: int, unit: int) -> int:
    return -(-number // unit) * unit
