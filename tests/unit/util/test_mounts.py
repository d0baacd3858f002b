"""On what kind of file system a folder is."""

from pathlib import Path

import pytest

from clcache_launcher.util.mounts import find_network_type, network_file_system

ROOT = "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n"


def mounted(place: str, kind: str, options: str = "rw") -> str:
    return f"{ROOT}40 27 0:50 / {place} rw,relatime shared:7 master:1 - {kind} server:/export {options}\n"


@pytest.mark.parametrize(
    "kind",
    ["nfs", "nfs4", "cifs", "smb3", "9p", "afs", "ceph", "lustre", "vboxsf", "fuse.sshfs", "fuse.s3fs", "fuse.rclone"],
)
def test_network_file_system_is_recognized(kind: str) -> None:
    assert find_network_type(mounted("/net", kind), "/net/cache") == kind
    assert find_network_type(mounted("/net", kind), "/net") == kind


@pytest.mark.parametrize(
    "kind", ["ext4", "xfs", "btrfs", "tmpfs", "overlay", "zfs", "fuse.mergerfs", "fuseblk", "virtiofs"]
)
def test_local_file_system_is_not(kind: str) -> None:
    assert find_network_type(mounted("/net", kind), "/net/cache") is None


@pytest.mark.parametrize("path", ["/", "/other", "/network", "/ne"])
def test_other_folders_are_not_on_it(path: str) -> None:
    assert find_network_type(mounted("/net", "nfs"), path) is None


def test_innermost_and_last_mount_counts() -> None:
    inner = mounted("/net", "nfs") + "41 40 0:51 / /net/local rw - ext4 /dev/vdb rw\n"
    assert find_network_type(inner, "/net/local/cache") is None
    assert find_network_type(inner, "/net/localcache") == "nfs"
    hidden = mounted("/net", "nfs") + "41 40 0:51 / /net rw - ext4 /dev/vdb rw\n"
    assert find_network_type(hidden, "/net/cache") is None


def test_root_may_be_on_the_network() -> None:
    assert find_network_type("1 0 0:1 / / rw - nfs server:/root rw\n", "/home/me") == "nfs"


def test_escaped_names_are_understood() -> None:
    assert find_network_type(mounted("/my\\040net", "nfs"), "/my net/cache") == "nfs"


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("rw,trans=fd,rfdno=4", None),
        ("rw,aname=drvfs;path=C:\\,trans=fd,rfd=8", "9p"),
        ("rw,trans=virtio", "9p"),
        ("rw,trans=tcp,port=564", "9p"),
    ],
)
def test_a_sandbox_may_give_its_root_by_9p(options: str, found: str | None) -> None:
    assert find_network_type(mounted("/data", "9p", options), "/data") == found


@pytest.mark.parametrize("text", ["", "\n", "rubbish\n", "1 2 3 - \n", "1 2 3 4 / - nfs\n"])
def test_what_is_no_such_text_tells_nothing(text: str) -> None:
    assert find_network_type(text, "/") is None


def test_folder_of_tests_is_local(tmp_path: Path) -> None:
    assert network_file_system(str(tmp_path / "not/there")) is None
