"""What the story says, on the terminal and in the README's marked blocks."""

import re
from pathlib import Path


class Notebook:
    def __init__(self) -> None:
        self._blocks: dict[str, list[str]] = {}
        self._block = ""

    def section(self, name: str) -> None:
        self._block = name
        self._blocks[name] = []
        print(f"\n== {name}", flush=True)

    def say(self, text: str = "") -> None:
        print(text, flush=True)
        self._blocks[self._block].append(text)

    def write(self, readme: Path) -> None:
        """Replaces what stands between ```text NAME and ```."""
        text = readme.read_text()
        for name, lines in self._blocks.items():
            body = "\n".join(lines).rstrip()
            text, n = re.subn(rf"(```text {name}\n).*?(^```$)", lambda m: m[1] + body + "\n" + m[2], text, flags=re.S | re.M)
            if n != 1:
                raise ValueError(f"{readme}: {n} blocks ```text {name}, want 1")
        readme.write_text(text)
