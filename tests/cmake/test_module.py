"""Each way in which a project can use the module, with the oldest and the newest CMake."""

import os
import shutil
from pathlib import Path

import pytest

from support.cache import SCRIPTS, Cache

CMAKES = {"system": "/usr/bin/cmake", "newest": str(SCRIPTS / "cmake")}
cmakes = pytest.mark.parametrize(
    "cmake", [pytest.param(path, id=name) for name, path in CMAKES.items() if os.path.exists(path)]
)


class Project:
    """A CMake project of one C file a target."""

    def __init__(self, cache: Cache, folder: Path, cmake: str) -> None:
        self.cache, self.folder, self.cmake = cache, folder, cmake
        self.write("a.c", "int a;\n")
        modules = cache.run(SCRIPTS / "clcache-setup", "--print-module-dir", cwd=folder).stdout.decode().strip()
        self.path = f"-DCMAKE_MODULE_PATH={modules}"

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text)

    def lists(self, *lines: str, name: str = "CMakeLists.txt") -> None:
        self.write(name, "\n".join(lines) + "\n")

    def configure(self, *words: str, env: dict[str, str] | None = None) -> tuple[int, str]:
        done = self.cache.run(self.cmake, "-S", ".", "-B", "build", "-G", "Ninja", *words, cwd=self.folder, env=env)
        return done.code, (done.stdout + done.stderr).decode()

    def build(self) -> None:
        done = self.cache.run(self.cmake, "--build", "build", cwd=self.folder)
        assert done.code == 0, done.stdout.decode() + done.stderr.decode()

    def expect(self, output: tuple[int, str], *, compiled: int) -> str:
        """Configuring succeeded, and a build goes ``compiled`` times through the cache."""
        code, text = output
        assert code == 0, text
        self.build()
        assert sum(self.cache.counts()) == compiled, text
        assert text.count("clcache: compiles") == (compiled > 0), text
        return text


PROJECT = "project(p LANGUAGES C)"
VERSION = "cmake_minimum_required(VERSION 3.20)"
INCLUDE = "include(ClcacheLauncher)"
TARGET = "add_library(a STATIC a.c)"


@pytest.fixture
def project(cache: Cache, work: Path, cmake: str) -> Project:
    return Project(cache, work, cmake)


@cmakes
@pytest.mark.parametrize(
    "lines",
    [
        (VERSION, PROJECT, INCLUDE, TARGET),
        (VERSION, INCLUDE, PROJECT, TARGET),
        (VERSION, PROJECT, INCLUDE, INCLUDE, TARGET),
        (VERSION, INCLUDE, PROJECT, INCLUDE, TARGET),
    ],
    ids=["after_project", "before_project", "twice", "before_and_after"],
)
def test_included_module_switches_on(project: Project, lines: tuple[str, ...]) -> None:
    project.lists(*lines)
    project.expect(project.configure(project.path), compiled=1)


@cmakes
def test_sibling_folders_that_include_it_are_all_cached(project: Project) -> None:
    project.lists(VERSION, PROJECT, "add_subdirectory(one)", "add_subdirectory(two)")
    for name in ("one", "two"):
        project.write(f"{name}/{name}.c", f"int {name};\n")
        project.lists(INCLUDE, f"add_library({name} STATIC {name}.c)", name=f"{name}/CMakeLists.txt")
    project.expect(project.configure(project.path), compiled=2)


@cmakes
def test_subproject_that_includes_it_is_cached(project: Project) -> None:
    project.lists(VERSION, PROJECT, TARGET, "add_subdirectory(sub)")
    project.write("sub/b.c", "int b;\n")
    project.lists(VERSION, "project(s C)", INCLUDE, "add_library(b STATIC b.c)", name="sub/CMakeLists.txt")
    project.expect(project.configure(project.path), compiled=1)


@cmakes
@pytest.mark.parametrize("then", [(), (INCLUDE,)], ids=["alone", "with_include"])
def test_package_is_found_when_the_environment_is_active(project: Project, then: tuple[str, ...]) -> None:
    project.lists(VERSION, PROJECT, "find_package(ClcacheLauncher REQUIRED)", *then, TARGET)
    env = {"PATH": f"{SCRIPTS}:{project.cache.environment['PATH']}"}
    project.expect(project.configure(env=env), compiled=1)


@cmakes
def test_package_is_found_by_prefix_path(project: Project) -> None:
    project.lists(VERSION, PROJECT, "find_package(ClcacheLauncher REQUIRED)", TARGET)
    project.expect(project.configure(f"-DCMAKE_PREFIX_PATH={SCRIPTS.parent}"), compiled=1)


@cmakes
def test_generated_toolchain_file_needs_nothing_of_the_project(project: Project) -> None:
    project.lists(VERSION, PROJECT, TARGET)
    assert project.cache.run(SCRIPTS / "clcache-setup", ".", "-B", "build", cwd=project.folder).code == 0
    output = project.configure(f"-DCMAKE_TOOLCHAIN_FILE={project.folder}/build/clcache/toolchain.cmake")
    project.expect(output, compiled=1)


@cmakes
def test_top_level_include_needs_nothing_of_the_project(project: Project) -> None:
    project.lists(VERSION, PROJECT, TARGET)
    module = project.path.partition("=")[2] + "/ClcacheLauncher.cmake"
    project.expect(project.configure(f"-DCMAKE_PROJECT_TOP_LEVEL_INCLUDES={module}"), compiled=1)


@cmakes
def test_vendored_module_finds_the_program_on_path(project: Project) -> None:
    project.lists(VERSION, PROJECT, "include(cmake/ClcacheLauncher.cmake)", TARGET)
    assert project.cache.run(SCRIPTS / "clcache-setup", "--vendor", "cmake", cwd=project.folder).code == 0
    env = {"PATH": f"{SCRIPTS}:{project.cache.environment['PATH']}"}
    project.expect(project.configure(env=env), compiled=1)


@cmakes
def test_launcher_by_hand_needs_no_module(project: Project) -> None:
    project.lists(VERSION, PROJECT, TARGET)
    code, text = project.configure(f"-DCMAKE_C_COMPILER_LAUNCHER={project.cache.launcher}")
    assert code == 0, text
    project.build()
    assert project.cache.counts()[1] == 1


@cmakes
@pytest.mark.parametrize(
    ("before", "words", "env"),
    [
        (("set(CMAKE_C_COMPILER_LAUNCHER env)",), (), {}),
        ((), ("-DCMAKE_C_COMPILER_LAUNCHER=env",), {}),
        ((), (), {"CMAKE_C_COMPILER_LAUNCHER": "env"}),
    ],
    ids=["variable", "definition", "environment"],
)
def test_own_launcher_stays(
    project: Project, before: tuple[str, ...], words: tuple[str, ...], env: dict[str, str]
) -> None:
    project.lists(VERSION, *before, PROJECT, INCLUDE, TARGET)
    code, text = project.configure(project.path, "-DCLCACHE_LANGUAGES=C", *words, env=env)
    assert code == 0
    assert "clcache: C keeps its launcher 'env'" in text
    project.build()
    assert sum(project.cache.counts()) == 0


@cmakes
def test_switched_off_it_does_nothing(project: Project) -> None:
    project.lists(VERSION, PROJECT, INCLUDE, TARGET)
    text = project.expect(project.configure(project.path, "-DCLCACHE_ENABLE=OFF"), compiled=0)
    assert "clcache:" not in text


@cmakes
@pytest.mark.parametrize(("required", "code"), [("OFF", 0), ("ON", 1)])
def test_missing_program_is_a_warning_or_where_required_an_error(project: Project, required: str, code: int) -> None:
    project.lists(VERSION, PROJECT, "include(cmake/ClcacheLauncher.cmake)", TARGET)
    assert project.cache.run(SCRIPTS / "clcache-setup", "--vendor", "cmake", cwd=project.folder).code == 0
    tools = project.folder / "tools"
    tools.mkdir()
    for name in ("cc", "ninja", "ar", "ranlib", "ld", "as"):
        if found := shutil.which(name, path="/usr/bin:/bin"):
            (tools / name).symlink_to(found)
    words = [
        f"-DCLCACHE_REQUIRED={required}",
        f"-DCMAKE_MAKE_PROGRAM={tools}/ninja",
        "-DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF",
    ]
    got, text = project.configure(*words, env={"PATH": str(tools)})
    assert got == code, text
    assert "the program clcache is not found" in text


@cmakes
@pytest.mark.parametrize(("required", "code"), [("OFF", 0), ("ON", 1)])
def test_wrong_setting_is_told_at_configure_time(project: Project, required: str, code: int) -> None:
    project.lists(VERSION, PROJECT, INCLUDE, TARGET)
    project.write("clcache.yaml", "max_sise: 5G\n")
    got, text = project.configure(project.path, f"-DCLCACHE_REQUIRED={required}")
    assert got == code, text
    assert "clcache.yaml:1: max_sise: unknown key" in " ".join(text.split())
    assert "max_size" in text


@cmakes
def test_settings_file_is_handed_to_the_launcher(project: Project) -> None:
    project.lists(VERSION, PROJECT, INCLUDE, TARGET)
    project.write("conf/other.yaml", "disable: true\n")
    assert project.configure(project.path, "-DCLCACHE_CONFIG=conf/other.yaml")[0] == 0
    project.build()
    assert project.cache.counts() == (0, 0, 1, 0)


@cmakes
def test_targets_made_before_are_named(project: Project) -> None:
    project.lists(VERSION, PROJECT, TARGET, INCLUDE)
    _, text = project.configure(project.path)
    assert "are not cached: a" in " ".join(text.split())


@cmakes
def test_second_include_warns_of_nothing(project: Project) -> None:
    project.lists(VERSION, PROJECT, INCLUDE, TARGET, INCLUDE)
    _, text = project.configure(project.path)
    assert "Warning" not in text


@cmakes
def test_nothing_happens_in_try_compile(project: Project) -> None:
    project.lists(
        VERSION,
        PROJECT,
        INCLUDE,
        "include(CheckCSourceCompiles)",
        'check_c_source_compiles("int main(void){return 0;}" OK)',
        TARGET,
    )
    assert project.cache.run(SCRIPTS / "clcache-setup", ".", "-B", "build", cwd=project.folder).code == 0
    output = project.configure(f"-DCMAKE_TOOLCHAIN_FILE={project.folder}/build/clcache/toolchain.cmake")
    project.expect(output, compiled=1)


@cmakes
def test_makefiles_are_cached_as_well(project: Project) -> None:
    if shutil.which("make") is None:
        pytest.fail("make is missing; install it with: apt-get install make")
    project.lists(VERSION, PROJECT, INCLUDE, TARGET)
    done = project.cache.run(
        project.cmake, "-S", ".", "-B", "build", "-G", "Unix Makefiles", project.path, cwd=project.folder
    )
    assert done.code == 0
    project.build()
    assert project.cache.counts()[1] == 1
