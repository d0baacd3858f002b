"""Looking at files: ``os.stat`` and its like, on Windows with what Python leaves out there.

Nothing else in this package takes a signature, a change time or a file's number from ``os.stat``.
"""

import os
import sys

if sys.platform == "win32":
    from clcache_launcher.util.windows_files import file_status, handle_status, link_status
else:
    file_status, link_status, handle_status = os.stat, os.lstat, os.fstat

__all__ = ["file_status", "handle_status", "link_status"]
