"""Where the files that come with the program are looked for."""

from __future__ import annotations

from pathlib import Path

from pipelines import ROOT
from pydantic import Field

from pipeline import shipped
from pipeline.config import Settings, load_settings
from pipeline.project import ARTIFACTS
from pipeline.stage import StageConfig


class FetchConfig(StageConfig):
    source: str = Field("data/a.txt", description="novel", json_schema_extra={"path": True})


def load(root: Path, shipped_path: Path) -> Settings:
    return load_settings(
        {"fetch": FetchConfig},
        default_path=shipped_path / "default.toml",
        root=root,
        shipped=shipped_path,
        cwd=root,
    )


def test_a_checkout_is_its_own_project_folder() -> None:
    assert shipped.CHECKOUT == shipped.SHIPPED == shipped.project_folder() == ROOT
    assert ROOT / "artifacts" == ARTIFACTS


def test_a_default_path_is_the_folders_own_file_else_the_shipped_else_the_folders_to_be(
    tmp_path: Path,
) -> None:
    root, shipped_path = tmp_path / "root", tmp_path / "shipped"
    for folder in (root / "data", shipped_path / "data"):
        folder.mkdir(parents=True)
    (shipped_path / "default.toml").write_text('[fetch]\nsource = "data/a.txt"\n', encoding="utf-8")
    in_root, in_shipped = root / "data" / "a.txt", shipped_path / "data" / "a.txt"

    def source() -> str:
        config = load(root, shipped_path).values["fetch"]
        return str(config.model_dump()["source"])

    assert source() == str(in_root)
    in_shipped.write_text("", encoding="utf-8")
    assert source() == str(in_shipped)
    in_root.write_text("", encoding="utf-8")
    assert source() == str(in_root)


def test_a_default_setting_is_shown_as_one_of_the_shipped_files(tmp_path: Path) -> None:
    (tmp_path / "default.toml").write_text('[fetch]\nsource = "b.txt"\n', encoding="utf-8")

    assert load(tmp_path / "root", tmp_path).origins == {"fetch.source": "default.toml"}
