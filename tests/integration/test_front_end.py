"""The front end's words and switches."""

import json
import time
from pathlib import Path

import pytest

from clcache_launcher import __version__
from support.cache import Cache


@pytest.fixture
def used(cache: Cache, work: Path) -> Cache:
    """A cache with a hit, a miss and an uncacheable run."""
    (work / "a.c").write_text("int a;\n")
    for arguments in (["-c", "a.c"], ["-c", "a.c"], ["-E", "a.c"]):
        assert cache.compile("gcc", *arguments, cwd=work).code == 0
    return cache


@pytest.mark.posix("gnu")
def test_stats_as_json_has_the_fixed_names(used: Cache) -> None:
    answer = json.loads(used.front_end("stats", "--json").stdout)
    assert {name: answer[name] for name in ("hits", "misses", "uncacheable", "errors", "entries")} == {
        "hits": 1,
        "misses": 1,
        "uncacheable": 1,
        "errors": 0,
        "entries": 1,
    }
    assert answer["reasons"] == {"preprocessing": 1}
    assert answer["cache_size_bytes"] > 0
    assert answer["max_size_bytes"] == 10 * 10**9


def test_time_saved_is_what_the_compiler_took(cache: Cache, work: Path) -> None:
    (work / "a.cpp").write_text("#include <string>\n")
    command = ["g++", "-c", "a.cpp"]
    assert cache.compile(*command, cwd=work).code == 0
    began = time.perf_counter()
    cache.compile(*command, cwd=work, env={"CLCACHE_RECACHE": "1"})
    longest_s = time.perf_counter() - began
    assert json.loads(cache.front_end("stats", "--json").stdout)["time_saved_s"] == 0
    cache.compile(*command, cwd=work)
    saved = json.loads(cache.front_end("stats", "--json").stdout)
    assert 0.001 <= saved["time_saved_s"] <= longest_s
    assert saved["hit_rate"] == pytest.approx(1 / 3)
    assert "33.3 %" in cache.front_end("stats").stdout.decode()


@pytest.mark.posix("gnu")
@pytest.mark.parametrize("word", ["stats", "-s"])
def test_stats_shows_counts_and_reasons(used: Cache, word: str) -> None:
    text = used.front_end(word).stdout.decode()
    assert "preprocessing" in text
    assert str(used.folder) in text


@pytest.mark.posix("gnu")
@pytest.mark.parametrize("word", ["zero", "-z"])
def test_zero_keeps_the_results(used: Cache, word: str) -> None:
    assert used.front_end(word).code == 0
    assert used.counts() == (0, 0, 0, 0)
    assert used.stats()["entries"] == 1


@pytest.mark.posix("gnu")
@pytest.mark.parametrize("word", ["clear", "-C"])
def test_clear_keeps_the_counts(used: Cache, word: str) -> None:
    assert used.front_end(word).code == 0
    assert used.stats()["entries"] == 0
    assert used.counts() == (1, 1, 1, 0)


@pytest.mark.posix("gnu")
@pytest.mark.parametrize("word", ["clean", "-c"])
def test_clean_brings_the_folder_within_its_limit(used: Cache, word: str) -> None:
    assert used.front_end(word).code == 0
    assert used.stats()["entries"] == 1
    done = used.front_end(word, env={"CLCACHE_MAX_SIZE": "1"})
    assert b"removed 1 results" in done.stdout
    assert used.stats()["entries"] == 0


def test_max_size_is_written_to_the_users_file_and_nothing_else(cache: Cache, tmp_path: Path) -> None:
    settings = tmp_path / "clcache/clcache.yaml"
    settings.parent.mkdir()
    settings.write_text("# mine\nhardlink: true\nmax_size: 1G\n")
    done = cache.front_end("-M", "3GiB", env={"XDG_CONFIG_HOME": str(tmp_path)})
    assert done.code == 0, done.stderr
    assert settings.read_text() == "# mine\nhardlink: true\nmax_size: 3GiB\n"


def test_max_size_that_is_no_size_changes_nothing(cache: Cache, tmp_path: Path) -> None:
    done = cache.front_end("-M", "much", env={"XDG_CONFIG_HOME": str(tmp_path)})
    assert done.code == 2
    assert not (tmp_path / "clcache").exists()


@pytest.mark.posix("gnu")
def test_stop_ends_the_core_and_status_tells(lone_cache: Cache, work: Path) -> None:
    assert b"no core is running" in lone_cache.front_end("status").stdout
    assert b"no core is running" in lone_cache.front_end("stop").stdout
    (work / "a.c").write_text("int a;\n")
    lone_cache.compile("gcc", "-c", "a.c", cwd=work)
    pid = lone_cache.core_pid()
    assert f"process {pid}".encode() in lone_cache.front_end("status").stdout
    assert lone_cache.front_end("stop").stdout == b"stopped\n"
    assert lone_cache.core_pid() is None
    assert lone_cache.counts() == (0, 1, 0, 0)


def test_config_tells_where_each_setting_came_from(cache: Cache, work: Path) -> None:
    (work / "clcache.yaml").write_text("# project\nhardlink: true\n")
    text = cache.front_end("config", cwd=work, env={"CLCACHE_MAX_SIZE": "5G"}).stdout.decode()
    lines = {line.split()[0]: line for line in text.splitlines() if line.strip()}
    assert f"{work}/clcache.yaml:2" in lines["hardlink"]
    assert "environment CLCACHE_MAX_SIZE" in lines["max_size"]
    assert "default" in lines["readonly"]


def test_config_that_is_wrong_is_one_line_and_exit_code_2(cache: Cache, work: Path) -> None:
    (work / "clcache.yaml").write_text("max_sise: 5G\n")
    done = cache.front_end("config", cwd=work)
    assert done.code == 2
    assert done.stderr.decode() == f"clcache: {work}/clcache.yaml:1: max_sise: unknown key; did you mean 'max_size'?\n"


def test_config_option_names_the_settings_file(cache: Cache, work: Path) -> None:
    (work / "other.yaml").write_text("max_size: 7G\n")
    done = cache.front_end("--config", "other.yaml", "config", cwd=work)
    assert b"other.yaml:1" in done.stdout


def test_doctor_says_what_is_wrong(cache: Cache, work: Path) -> None:
    assert cache.front_end("doctor", cwd=work).code == 0
    (work / "clcache.yaml").write_text("max_size: 5X\n")
    done = cache.front_end("doctor", cwd=work)
    assert done.code == 1
    assert b"clcache.yaml:1: max_size" in done.stdout


@pytest.mark.posix("gnu")
def test_doctor_changes_nothing_unless_it_is_asked_to(used: Cache) -> None:
    (artifact,) = (path for path in used.folder.glob("artifacts/*/*") if path.stat().st_size > 100)
    artifact.write_bytes(b"x")
    for words, code, told in (
        (["doctor"], 1, b"wrong: cache folder: 1 artifacts are missing or damaged"),
        (["doctor"], 1, b"'clcache doctor --repair' mends the cache folder"),
        (["doctor", "--repair"], 0, b"mended: cache folder: 1 artifacts are missing or damaged"),
        (["doctor"], 0, b"every row, artifact and total is as it was written"),
    ):
        done = used.front_end(*words)
        assert (done.code, told in done.stdout) == (code, True), done.stdout


def test_version(cache: Cache) -> None:
    assert __version__ in cache.front_end("--version").stdout.decode()


@pytest.mark.parametrize("word", ["--help", "-h", "help"])
def test_help_names_the_words(cache: Cache, word: str) -> None:
    text = cache.front_end(word).stdout.decode()
    assert all(name in text for name in ("stats", "zero", "clean", "clear", "stop", "status", "config", "doctor"))


@pytest.mark.posix("gnu")
def test_hard_links_are_given_out_where_asked(cache: Cache, work: Path) -> None:
    (work / "a.c").write_text("int a;\n")
    for _ in range(2):
        cache.compile("gcc", "-c", "a.c", "-o", "a.o", cwd=work, env={"CLCACHE_HARDLINK": "1"})
    assert (work / "a.o").stat().st_nlink == 2


@pytest.mark.posix("gnu")
def test_read_only_stores_nothing_and_hits(cache: Cache, work: Path) -> None:
    (work / "a.c").write_text("int a;\n")
    env = {"CLCACHE_READONLY": "1"}
    assert cache.compile("gcc", "-c", "a.c", cwd=work, env=env).code == 0
    assert cache.stats()["entries"] == 0
    cache.compile("gcc", "-c", "a.c", cwd=work)
    cache.compile("gcc", "-c", "a.c", cwd=work, env=env)
    assert cache.counts() == (1, 1, 1, 0)


@pytest.mark.posix("gnu")
def test_recache_stores_anew(cache: Cache, work: Path) -> None:
    (work / "a.c").write_text("int a;\n")
    for env in ({}, {"CLCACHE_RECACHE": "1"}, {}):
        cache.compile("gcc", "-c", "a.c", cwd=work, env=env)
    assert cache.counts() == (1, 2, 0, 0)


@pytest.mark.posix("gnu")
def test_limit_is_kept_while_the_core_runs(cache: Cache, work: Path) -> None:
    for number in range(8):
        (work / "a.c").write_text(f"int a{number}[25000] = {{1}};\n")
        cache.compile("gcc", "-c", "a.c", cwd=work, env={"CLCACHE_MAX_SIZE": "400K"})
    cache.front_end("clean", env={"CLCACHE_MAX_SIZE": "400K"})
    assert 0 < cache.stats()["cache_size_bytes"] <= 400_000


@pytest.mark.posix("gnu")
def test_statistics_need_no_core(lone_cache: Cache, work: Path) -> None:
    empty = json.loads(lone_cache.front_end("stats", "--json").stdout)
    assert (empty["hits"], empty["misses"], empty["entries"], empty["reasons"]) == (0, 0, 0, {})
    (work / "a.c").write_text("int a;\n")
    lone_cache.compile("gcc", "-c", "a.c", cwd=work)
    live = json.loads(lone_cache.front_end("stats", "--json").stdout)
    lone_cache.front_end("stop")
    assert json.loads(lone_cache.front_end("stats", "--json").stdout) == live
    assert lone_cache.core_pid() is None


def test_word_that_is_none_of_ours_is_a_compiler(cache: Cache, work: Path) -> None:
    done = cache.run(cache.launcher, "echo", "stats", cwd=work)
    assert (done.code, done.stdout, done.stderr) == (0, b"stats\n", b"")
    assert cache.run(cache.launcher, "statistics", cwd=work).code == 127


@pytest.mark.parametrize("words", [["stats", "--wrong"], ["max-size"], ["zero", "more"]], ids=" ".join)
def test_wrong_use_is_told_with_exit_code_2(cache: Cache, words: list[str]) -> None:
    done = cache.front_end(*words)
    assert (done.code, done.stdout) == (2, b"")
    assert f"Usage: clcache {words[0]}".encode() in done.stderr


@pytest.mark.posix("gnu")
def test_max_size_makes_the_users_file_and_cleans(used: Cache, tmp_path: Path) -> None:
    env = {"XDG_CONFIG_HOME": str(tmp_path / "conf")}
    assert used.front_end("max-size", "1", env=env).code == 0
    assert (tmp_path / "conf/clcache/clcache.yaml").read_text() == "max_size: 1\n"
    assert used.stats()["entries"] == 0


def test_max_size_comes_after_the_other_settings_of_the_user(cache: Cache, tmp_path: Path) -> None:
    settings = tmp_path / "clcache/clcache.yaml"
    settings.parent.mkdir()
    settings.write_text("# max_size: 1G\nhardlink: true")
    assert cache.front_end("-M", "0", env={"XDG_CONFIG_HOME": str(tmp_path)}).code == 0
    assert settings.read_text() == "# max_size: 1G\nhardlink: true\nmax_size: 0\n"


@pytest.mark.parametrize("word", ["stats", "zero", "clean", "clear", "status", "config"])
def test_wrong_setting_ends_every_word_with_one_line(cache: Cache, work: Path, word: str) -> None:
    (work / "clcache.yaml").write_text("max_sise: 5G\n")
    done = cache.front_end(word, cwd=work)
    assert done.code == 2
    assert done.stderr.decode().splitlines() == [
        f"clcache: {work}/clcache.yaml:1: max_sise: unknown key; did you mean 'max_size'?"
    ]


@pytest.mark.posix("gnu")
def test_stop_needs_no_right_settings(lone_cache: Cache, work: Path) -> None:
    (work / "a.c").write_text("int a;\n")
    lone_cache.compile("gcc", "-c", "a.c", cwd=work)
    (work / "clcache.yaml").write_text("max_sise: 5G\n")
    assert lone_cache.front_end("stop", cwd=work).code == 0
    assert lone_cache.core_pid() is None


@pytest.mark.posix("proc")
def test_cache_folder_that_cannot_be_used_is_told(cache: Cache, work: Path) -> None:
    for word in ("stats", "zero", "clear"):
        done = cache.front_end(word, cwd=work, env={"CLCACHE_DIR": "/proc/nowhere"})
        assert done.code == 1, word
        assert done.stderr.startswith(b"clcache: ")
        assert done.stderr.count(b"\n") == 1
    done = cache.front_end("doctor", cwd=work, env={"CLCACHE_DIR": "/proc/nowhere"})
    assert done.code == 1
    assert b"wrong: " in done.stdout


def test_roots_are_shown_with_where_they_came_from(cache: Cache, work: Path) -> None:
    done = cache.front_end("config", "--roots", cwd=work)
    assert done.stdout.startswith(b"no roots")
    (work / "clcache.yaml").write_text("basedir: [., sub]\n")
    text = cache.front_end("config", "--roots", cwd=work).stdout.decode()
    assert str(work / "sub") in text
    assert "clcache.yaml:1" in text
    text = cache.front_end("--roots=sdk=/x", "--roots=build=/y", "config", "--roots", cwd=work).stdout.decode()
    assert [line.split() for line in text.splitlines()[1:3]] == [
        ["sdk", "/x", "/x", "--roots"],
        ["build", "/y", "/y", "--roots"],
    ]


def test_root_that_covers_everything_is_one_clear_error(cache: Cache, work: Path) -> None:
    done = cache.front_end("config", cwd=work, env={"CLCACHE_BASEDIR": "/"})
    assert done.code == 2
    assert done.stderr.decode().splitlines() == [
        "clcache: environment CLCACHE_BASEDIR: '/' covers the whole file system; name the folder of one tree"
    ]


@pytest.mark.posix("gnu")
def test_line_of_the_log_is_there_when_the_launcher_has_ended(cache: Cache, work: Path) -> None:
    (work / "a.c").write_text("int a;\n")
    for count in range(1, 31):
        cache.compile("gcc", "-c", "a.c", "-o", "a.o", cwd=work)
        assert len(cache.log.read_text().splitlines()) == count
