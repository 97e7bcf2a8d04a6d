"""The shelf: which models there are and which are newer on the disk, their cast and reports."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from native import MODEL, V1, Asked, put_model, run
from pipelines import Trained

from pipeline.desk.api.described import OFFERS, document
from pipeline.desk.api.native import ROUTES


def test_models_are_listed_and_a_newer_one_is_offered(tmp_path: Path) -> None:
    path = put_model(tmp_path)
    broken = tmp_path / "models" / "坏.safetensors"
    broken.write_bytes(b"no model")
    os.utime(broken, ns=(0, 0))

    async def work(asked: Asked) -> None:
        first, second = (await asked.get("/models"))["models"]
        assert (first["name"], first["open"], first["newer_on_disk"]) == (MODEL, False, False)
        assert first["words"] == 30
        assert first["bytes"] == path.stat().st_size
        assert (second["name"], bool(second["error"])) == ("坏", True)
        await asked.post("/candidates", text="一丁丂", model=MODEL)
        before = asked.desk.models.load(MODEL)
        put_model(tmp_path, seed=1)
        row = (await asked.get("/models"))["models"][0]
        assert (row["open"], row["newer_on_disk"]) == (True, True)
        assert asked.desk.models.load(MODEL) is before, "the old one serves on"
        row = await asked.post(f"/models/{MODEL}/reload")
        assert (row["open"], row["newer_on_disk"]) == (True, False)
        assert asked.desk.models.load(MODEL) is not before
        path.unlink()
        await asked.post("/candidates", text="一丁丂", model=MODEL)
        assert (await asked.get("/models"))["default"] == "坏"

    run(tmp_path, work)


@pytest.mark.parametrize("name", ["红楼梦", "..%2F..%2Fx", "%00", "a%0Ab"])
def test_a_model_that_is_not_there_is_told(tmp_path: Path, name: str) -> None:
    put_model(tmp_path)

    async def work(asked: Asked) -> None:
        for path in ("cast", "report"):
            response = await asked.client.get(f"{V1}/models/{name}/{path}")
            assert response.status_code in (400, 404)
            assert "\n" not in response.json()["error"]["message"]

    run(tmp_path, work)


def test_a_model_without_a_report_says_so(tmp_path: Path) -> None:
    put_model(tmp_path)

    async def work(asked: Asked) -> None:
        found = await asked.get(f"/models/{MODEL}/report", 404)
        assert "left a report here, found none" in found["error"]["message"]
        assert (await asked.get(f"/models/{MODEL}/cast"))["cast"] == []

    run(tmp_path, work)


def test_a_trained_model_has_its_report_and_its_cast(trained: Trained) -> None:
    async def work(asked: Asked) -> None:
        response = await asked.client.get(f"{V1}/models/{MODEL}/report")
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/html")
        assert "sandbox" in response.headers["content-security-policy"]
        assert "</html>" in response.text
        for tag in ("en", "zh-CN"):
            liked = {"Accept-Language": f"{tag},fr;q=0.5"}
            own = await asked.client.get(f"{V1}/models/{MODEL}/report", headers=liked)
            assert f'<html lang="{tag}">' in own.text
        cast = (await asked.get(f"/models/{MODEL}/cast"))["cast"]
        counts = [row["count"] for row in cast]
        assert "青棠" in {row["name"] for row in cast}
        assert counts == sorted(counts, reverse=True)

    run(trained.artifacts, work)


def test_all_that_is_offered_is_described_and_nothing_else(tmp_path: Path) -> None:
    described = {(offer.method, f"/xuxie/v1{offer.path}") for offer in OFFERS}
    offered = {
        (method, route.path)
        for route in ROUTES
        for method in route.methods or ()
        if method != "HEAD" and route.path.startswith("/xuxie/v1")
    }
    assert described == offered

    async def work(asked: Asked) -> None:
        for prefix in ("", V1):
            page = await asked.client.get(f"{prefix}/docs")
            assert page.status_code == 200
            assert "<script" not in page.text
            assert (await asked.client.get(f"{prefix}/openapi.json")).json() == document()

    run(tmp_path, work)
