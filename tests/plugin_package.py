"""A package put where Python finds it, as an installer would leave it; nothing is downloaded or built."""

import shutil
import tomllib
from pathlib import Path

EXAMPLE = Path(__file__).with_name("plugin_example")


def install_example(folder: Path) -> Path:
    """Install the example package into `folder` and return it."""
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    shutil.copytree(EXAMPLE / "codefavor_example", folder / "codefavor_example")
    write_metadata(folder, project["name"], project["version"], project["entry-points"])
    return folder


def install_module(folder: Path, name: str, code: str, entries: dict[str, dict[str, str]]) -> Path:
    """Install a package of one module, called `name` with underscores, into `folder` and return it."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name.replace('-', '_')}.py").write_text(code, encoding="utf-8")
    write_metadata(folder, name, "0.1", entries)
    return folder


def write_metadata(folder: Path, name: str, version: str, entries: dict[str, dict[str, str]]) -> None:
    """Write the dist-info folder of an installed package."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    groups = [
        "\n".join([f"[{group}]", *(f"{key} = {value}" for key, value in named.items())])
        for group, named in entries.items()
    ]
    (info / "entry_points.txt").write_text("\n\n".join(groups) + "\n", encoding="utf-8")
    (info / "RECORD").write_text(f"{info.name}/METADATA,,\n{info.name}/RECORD,,\n", encoding="utf-8")
