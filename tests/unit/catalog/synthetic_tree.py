"""Small catalogs on the disk, made line by line, so that a test can name the line it is about."""

from __future__ import annotations

from pathlib import Path

from unilith.catalog.catalog import Catalog
from unilith.catalog.load import load_catalog


class SyntheticTree:
    """A root with libraries and platforms."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "libs").mkdir(parents=True, exist_ok=True)

    def add(self, name: str, *lines: str, group: str = "base", files: dict[str, str] | None = None) -> Path:
        """Adds a library or interface; ``lines`` follow the `name` on line 1 and the `summary` on line 2."""
        return self._write(self.root / "libs" / group / name.replace(".", "-"), name, lines, files or {})

    def interface(self, name: str, *lines: str, header: str = "", cardinality: str = "one") -> Path:
        """Adds an interface, with a header named after it if there is text for one."""
        files = {f"include/{name.replace('.', '_')}.h": header} if header else {}
        return self.add(name, "kind: interface", f"cardinality: {cardinality}", *lines, files=files)

    def platform(
        self, name: str, *lines: str, machine: str = "", files: dict[str, str] | None = None
    ) -> Path:
        """Adds a platform with one machine."""
        machines = f"machines: {{{machine or name}: {{runner: qemu}}}}"
        folder = self.root / "platforms" / name
        return self._write(folder, name, ("kind: platform", machines, *lines), files or {})

    def load(self) -> Catalog:
        """The catalog of this root."""
        return load_catalog([self.root])

    def _write(self, folder: Path, name: str, lines: tuple[str, ...], files: dict[str, str]) -> Path:
        folder.mkdir(parents=True)
        text = "\n".join([f"name: {name}", f"summary: What {name} is for", *lines, ""])
        for file, content in {"manifest.yaml": text, **files}.items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        return folder
