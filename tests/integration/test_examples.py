"""Each example says what it is and builds through the cache."""

import shutil
from pathlib import Path

import pytest

from support.cache import SCRIPTS, Cache

EXAMPLES = Path(__file__).parents[2] / "examples"


# Those without a project at their top are built by a test of their own.
PROJECTS = sorted(path.parent.name for path in EXAMPLES.glob("*/CMakeLists.txt"))


@pytest.fixture(params=sorted(path.name for path in EXAMPLES.iterdir()))
def example(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of one example."""
    return Path(shutil.copytree(EXAMPLES / request.param, tmp_path / "example"))


def test_example_says_how_to_build_it(example: Path) -> None:
    assert "clcache" in (example / "README.md").read_text("utf-8")


@pytest.mark.parametrize("example", PROJECTS, indirect=True)
def test_example_builds_and_all_of_it_is_cached(cache: Cache, example: Path, tmp_path: Path) -> None:
    done = cache.run(SCRIPTS / "clcache-setup", example, "-B", tmp_path / "build", "--build", cwd=tmp_path)
    assert done.code == 0, done.stdout + done.stderr
    hits, misses, uncacheable, errors = cache.counts()
    assert (hits, uncacheable, errors) == (0, 0, 0), cache.log.read_text()
    assert misses > 0


def test_settings_of_an_example_are_right(cache: Cache, example: Path) -> None:
    done = cache.front_end("config", cwd=example)
    assert (done.code, done.stderr) == (0, b"")
