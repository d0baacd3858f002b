"""Settings: what they are, where they come from, what a wrong one is told."""

from clcache_launcher.config.files import Candidate, ConfigFiles, are_current, find_config_files
from clcache_launcher.config.reference import render_reference
from clcache_launcher.config.settings import FIELDS, SettingField, Settings
from clcache_launcher.config.sources import Resolved, resolve, resolve_files, select_variables

__all__ = [
    "FIELDS",
    "Candidate",
    "ConfigFiles",
    "Resolved",
    "SettingField",
    "Settings",
    "are_current",
    "find_config_files",
    "render_reference",
    "resolve",
    "resolve_files",
    "select_variables",
]
