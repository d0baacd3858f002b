"""Become a program that is killed as soon as a C library is set up in it: ``python no_libc.py PROGRAM ARGUMENT…``.

glibc's and musl's static start both call ``set_tid_address``, and nothing else of a launch does.
"""

import ctypes
import os
import platform
import struct
import sys

_SET_TID_ADDRESS = {"x86_64": 218, "aarch64": 96}
# linux/bpf_common.h, linux/seccomp.h, linux/prctl.h
_LOAD_WORD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_KILL, _ALLOW = 0x80000000, 0x7FFF0000
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2


def _forbid(number: int) -> None:
    statements = (
        (_LOAD_WORD, 0, 0, 0),
        (_JUMP_IF_EQUAL, 0, 1, number),
        (_RETURN, 0, 0, _KILL),
        (_RETURN, 0, 0, _ALLOW),
    )
    code = b"".join(struct.pack("=HBBI", *statement) for statement in statements)
    program = struct.pack("HxxxxxxP", len(statements), ctypes.addressof(held := ctypes.create_string_buffer(code)))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    if prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or prctl(_SECCOMP, _FILTER, ctypes.c_char_p(program), 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")
    del held


if __name__ == "__main__":
    _forbid(_SET_TID_ADDRESS[platform.machine()])
    os.execv(sys.argv[1], sys.argv[1:])
