"""What campaigns found, in Hypothesis' database: the next one begins with it."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable
from pathlib import Path

from hypothesis.database import DirectoryBasedExampleDatabase

from harness.fuzzing.drawing import Entry
from harness.fuzzing.scanning import Campaign
from harness.machine import cache
from harness.model.errors import UsageError


class Remembered:
    """The entries of one campaign's targets, claim and precisions.

    Args:
        folder: of the database; the per-user cache's unless given.
        campaign: whose entries they are.

    Raises:
        UsageError: nothing can be written there.
    """

    def __init__(self, folder: Path | None, campaign: Campaign) -> None:
        self.folder = cache.root() / "fuzz" if folder is None else folder
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder) as file:
                file.write(b"x" * 512)
                file.flush()
        except OSError as error:
            raise UsageError(
                f"--database {self.folder}: cannot be written: {error.strerror};"
                " name a folder that can"
            ) from error
        self._database = DirectoryBasedExampleDatabase(self.folder)
        self._key = _key(campaign)

    def entries(self) -> list[Entry]:
        """Those that there are, in a stable order."""
        return sorted(self._database.fetch(self._key), key=lambda e: (len(e), e))

    def remember(self, entries: Iterable[Entry]) -> str:
        """Write entries; why some cannot be, else ""."""
        wanted = list(entries)
        for entry in wanted:
            self._database.save(self._key, entry)
        # Hypothesis says nothing of a disk that is full.
        if set(wanted) <= set(self._database.fetch(self._key)):
            return ""
        return f"{self.folder}: what was found could not be remembered there; is the disk full?"

    def forget(self, entries: Iterable[Entry]) -> None:
        """Remove entries that show nothing any more."""
        for entry in entries:
            self._database.delete(self._key, entry)


def _key(campaign: Campaign) -> bytes:
    """What the meaning of an entry depends on: who is fed, and what bytes are drawn as."""
    targets = [
        (t.port.name, t.port.target, t.port.claim.deviations, t.port.claim.items)
        for t in campaign.targets
    ]
    words = repr((targets, campaign.precisions, campaign.guide))
    return hashlib.sha256(words.encode()).digest()
