"""What a container writes, read line by line from the file it goes to."""

from __future__ import annotations

from pathlib import Path


class Output:
    """A container's output in the file ``path``; what an earlier container left there is not read again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read_to = path.stat().st_size if path.exists() else 0

    def new_lines(self, *, whole: bool = False) -> list[str]:
        """Return the complete lines written since the last call; with ``whole`` also an unfinished last one."""
        if not self.path.exists():
            return []
        with self.path.open("rb") as file:
            file.seek(self._read_to)
            chunk = file.read()
        end = len(chunk) if whole else chunk.rfind(b"\n") + 1
        self._read_to += end
        return [line for line in chunk[:end].decode(errors="backslashreplace").splitlines() if line.strip()]
