"""Options in the variables of cl and clang-cl."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clcache_launcher.compilers.cl_variables import prepend_environment_options
from clcache_launcher.compilers.response_file import Quoting
from clcache_launcher.model import Reason, Uncacheable


@pytest.mark.parametrize(
    ("environment", "whole"),
    [
        ({}, ("/c", "a.cpp")),
        ({"CL": "", "_CL_": " "}, ("/c", "a.cpp")),
        ({"CL": "/Zp2 /Ox /I\\INCLUDE\\MYINCLS"}, ("/Zp2", "/Ox", "/I\\INCLUDE\\MYINCLS", "/c", "a.cpp")),
        ({"_CL_": "/W4 b.obj"}, ("/c", "a.cpp", "/W4", "b.obj")),
        ({"CL": "/O2", "_CL_": "/Od"}, ("/O2", "/c", "a.cpp", "/Od")),
        ({"CL": '"/Idir with blank" /DS=\\"x\\"'}, ("/Idir with blank", '/DS="x"', "/c", "a.cpp")),
        ({"CL": "/DDEBUG#1"}, ("/DDEBUG=1", "/c", "a.cpp")),
        ({"CL": "-DX#a#b"}, ("-DX=a#b", "/c", "a.cpp")),
        ({"CL": "/D X#1"}, ("/D", "X=1", "/c", "a.cpp")),
        ({"CL": "/DX=1"}, ("/DX=1", "/c", "a.cpp")),
    ],
)
def test_environment_options_surround_the_command_line(environment: dict[str, str], whole: tuple[str, ...]) -> None:
    assert prepend_environment_options(["/c", "a.cpp"], environment, Quoting.CL) == whole


@pytest.mark.parametrize("value", ["@a.rsp", "/Foa#b.obj", "/DX=a#b", '/I"open', "a#b.cpp"])
@pytest.mark.parametrize("name", ["CL", "_CL_"])
def test_doubtful_environment_option_is_uncacheable(name: str, value: str) -> None:
    assert prepend_environment_options(["/c", "a.cpp"], {name: value}, Quoting.CL) == Uncacheable(
        Reason.ENVIRONMENT, name
    )


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_variable_is_read(before: str, after: str) -> None:
    whole = prepend_environment_options(["/c", "a.cpp"], {"CL": before, "_CL_": after}, Quoting.CL)
    assert isinstance(whole, Uncacheable) or ("/c", "a.cpp") in pairwise(whole)
