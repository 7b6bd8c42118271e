"""The bill of materials: complete, valid references, and the same for the same image."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from unilith.catalog.model import Manifest, Upstream
from unilith.image.bom import Part, bill_of_materials

SHA = "ab" * 32
MUSL = Upstream.model_validate(
    {
        "version": "1.2.3",
        "license": "MIT",
        "debian": {"package": "musl", "version": "1.2.3-1+x", "sha256": SHA},
        "url": {"url": "https://example.org/musl.tar.gz", "sha256": SHA},
        "patches": ["a.patch"],
    }
)


@pytest.fixture
def parts() -> list[Part]:
    libc = Manifest(name="musl", summary="A C library", upstream=MUSL)
    return [
        Part.of(libc),
        Part.of(Manifest(name="heap-bump", summary="A heap")),
        Part("hello", "application", ""),
    ]


@pytest.fixture
def image(tmp_path: Path) -> Path:
    file = tmp_path / "image.elf"
    file.write_bytes(b"image")
    return file


def test_every_part_is_named_with_licence_version_and_checksum(image: Path, parts: list[Part]) -> None:
    bill = json.loads(bill_of_materials("hello-qemu-x86_64", "0.1.0", image, parts))
    packages = {p["SPDXID"]: p for p in bill["packages"]}
    assert list(packages) == [
        "SPDXRef-Image",
        "SPDXRef-Application-hello",
        "SPDXRef-Library-heap-bump",
        "SPDXRef-Library-musl",
        "SPDXRef-Upstream-musl",
    ]
    upstream = packages["SPDXRef-Upstream-musl"]
    assert (upstream["versionInfo"], upstream["licenseDeclared"]) == ("1.2.3", "MIT")
    assert upstream["checksums"] == [{"algorithm": "SHA256", "checksumValue": SHA}]
    assert upstream["downloadLocation"] == "https://example.org/musl.tar.gz"
    assert upstream["externalRefs"][0]["referenceLocator"] == "pkg:deb/debian/musl@1.2.3-1%2Bx?arch=source"
    assert "a.patch" in upstream["comment"]
    assert packages["SPDXRef-Application-hello"]["licenseDeclared"] == "NOASSERTION"
    named = {r[end] for r in bill["relationships"] for end in ("spdxElementId", "relatedSpdxElement")}
    assert named == {*packages, "SPDXRef-DOCUMENT"}


def test_order_and_time_do_not_matter_but_the_image_does(
    image: Path, parts: list[Part], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    first = bill_of_materials("hello", "0.1.0", image, parts)
    assert bill_of_materials("hello", "0.1.0", image, reversed(parts)) == first
    assert '"1970-01-01T00:00:00Z"' in first
    image.write_bytes(b"another")
    assert bill_of_materials("hello", "0.1.0", image, parts) != first


def test_the_time_can_be_given(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    assert '"2001-09-09T01:46:40Z"' in bill_of_materials("x", "1", image, [])
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "nonsense")
    assert '"1970-01-01T00:00:00Z"' in bill_of_materials("x", "1", image, [])
