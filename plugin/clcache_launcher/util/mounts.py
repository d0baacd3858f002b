"""On what kind of file system a folder is."""

import ntpath
import os
import re
import sys
from typing import Final

__all__ = ["find_network_type", "network_file_system"]

_NETWORK: Final = re.compile(
    "9p|afs|beegfs|ceph|cifs|coda|davfs|glusterfs|gpfs|lustre|ncpfs|nfs4?|orangefs|prl_fs|pvfs2|smb[23]|smbfs|vboxsf"
    r"|fuse\.(blobfuse2?|ceph(-fuse)?|curlftpfs|davfs2?|gcsfuse|glusterfs|goofys|gvfsd-fuse|juicefs|mfs|mount-s3"
    "|mountpoint-s3|rclone|s3fs|smbnetfs|sshfs|vmhgfs-fuse)"
)
_DRIVE_REMOTE: Final = 4
"""Source: learn.microsoft.com/windows/win32/api/fileapi/nf-fileapi-getdrivetypew"""


def network_file_system(folder: str) -> str | None:
    """Name of the network file system on which a folder is or would be made; ``None`` where it is local or unknown."""
    if sys.platform == "win32":
        return _network_drive(folder)
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
            return find_network_type(file.read(), os.path.realpath(folder))
    except OSError:
        return None


def find_network_type(mount_information: str, path: str) -> str | None:
    """The same, from the text of ``/proc/self/mountinfo``.

    Args:
        mount_information: Source of its form: proc_pid_mountinfo(5).
        path: Absolute, without symbolic links.
    """
    found: tuple[str, str] | None = None
    longest = 0
    for line in mount_information.splitlines():
        before, separator, after = line.partition(" - ")
        fields, kinds = before.split(" "), after.split(" ")
        if not separator or len(fields) < 5 or len(kinds) < 3:
            continue
        place = _unescape(fields[4])
        # What is mounted later at the same place hides what was there.
        if len(place) >= longest and (path + "/").startswith(place.rstrip("/") + "/"):
            found, longest = (kinds[0], kinds[2]), len(place)
    return found[0] if found and _is_network(*found) else None


def _is_network(kind: str, options: str) -> bool:
    if kind == "9p":
        # gVisor's own root comes over a descriptor, too; WSL's Windows drives are named "drvfs".
        return "trans=fd" not in options.split(",") or "aname=drvfs" in options
    return _NETWORK.fullmatch(kind) is not None


def _unescape(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def _network_drive(folder: str) -> str | None:
    if sys.platform != "win32":
        return None
    import ctypes  # noqa: PLC0415 - only Windows needs it

    root = ntpath.splitdrive(os.path.realpath(folder))[0] + "\\"
    return "a network drive" if ctypes.windll.kernel32.GetDriveTypeW(root) == _DRIVE_REMOTE else None
