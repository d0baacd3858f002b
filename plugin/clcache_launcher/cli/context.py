"""What every command of the front end needs: end point, environment, settings."""

from collections.abc import Mapping
from dataclasses import dataclass

from clcache_launcher.cli.core_client import ask
from clcache_launcher.config.sources import Resolved, resolve

__all__ = ["FrontEnd"]


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """One run of the front end."""

    endpoint: str
    environment: Mapping[str, str]
    cwd: str
    config: str | None
    overrides: Mapping[str, str]

    def resolved(self) -> Resolved:
        """The effective settings.

        Raises:
            ConfigError: A source of settings is wrong.
        """
        return resolve(self.environment, self.cwd, self.config, self.overrides)

    def ask(self, command: str, **more: object) -> dict[str, object]:
        """Ask about the effective cache folder.

        Raises:
            ClcacheError: The question could not be answered.
        """
        return ask(self.endpoint, command=command, folder=str(self.resolved().settings.dir), **more)
