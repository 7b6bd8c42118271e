"""The bill of materials: what an image is made of, as SPDX 2.3 in JSON.

Equal images have equal bills: the names in it come from the image's checksum, and the time is
`SOURCE_DATE_EPOCH` or 0.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from unilith.catalog.model import CrateSource, DebianSource, Manifest, PypiSource, Upstream, UrlSource


@dataclass(frozen=True, slots=True)
class Part:
    """Something in the image that has a licence: a library of ours, or the application."""

    name: str
    kind: str  # "library", "platform" or "application"
    license: str
    summary: str = ""
    upstream: Upstream | None = None

    @staticmethod
    def of(manifest: Manifest) -> Part:
        """The part that a selected library or platform is."""
        return Part(manifest.name, manifest.kind.value, manifest.license, manifest.summary, manifest.upstream)


def bill_of_materials(name: str, version: str, image: Path, parts: Iterable[Part]) -> str:
    """The SPDX document of the image file `image`, which is called `name` (recipe and target).

    `version` is Unilith's own: the version of all its libraries.
    """
    digest = hashlib.sha256(image.read_bytes()).hexdigest()
    top = "SPDXRef-Image"
    packages = [
        _package(top, name, version=version, license_="NOASSERTION", sha256=digest)
        | {"packageFileName": image.name, "primaryPackagePurpose": "OPERATING-SYSTEM"}
    ]
    relations = [("SPDXRef-DOCUMENT", "DESCRIBES", top)]
    for part in sorted(parts, key=lambda p: (p.kind, p.name)):
        own = _reference(part.kind, part.name)
        packages.append(
            _package(own, part.name, version=version, license_=part.license, summary=part.summary)
        )
        relations.append((top, "CONTAINS", own))
        if part.upstream is not None:
            packages.append(_upstream(part.name, part.upstream))
            relations.append((own, "CONTAINS", _reference("upstream", part.name)))
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": name,
        "documentNamespace": f"urn:unilith:{name}:{digest}",
        "creationInfo": {"created": _created(), "creators": [f"Tool: unilith-{version}"]},
        "packages": packages,
        "relationships": [
            {"spdxElementId": a, "relationshipType": kind, "relatedSpdxElement": b}
            for a, kind, b in relations
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def bill_of_new_bytes(bill: str, image: Path) -> str:
    """The same bill for an image that was linked again: only its checksum is another. ValueError if `bill`
    is none."""
    try:
        _, colon, old = json.loads(bill)["documentNamespace"].rpartition(":")
    except (KeyError, TypeError, AttributeError) as e:
        raise ValueError("not a bill of materials") from e
    if not colon or not re.fullmatch(r"[0-9a-f]{64}", old):
        raise ValueError("not a bill of materials")
    return bill.replace(old, hashlib.sha256(image.read_bytes()).hexdigest())


def _created() -> str:
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "0")
    seconds = int(epoch) if epoch.isdecimal() else 0
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _reference(kind: str, name: str) -> str:
    # SPDX allows letters, digits, dots and dashes in an identifier.
    return f"SPDXRef-{kind.capitalize()}-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)


def _package(
    identifier: str, name: str, *, version: str, license_: str, summary: str = "", sha256: str = ""
) -> dict[str, object]:
    package: dict[str, object] = {
        "SPDXID": identifier,
        "name": name,
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseDeclared": license_ or "NOASSERTION",
    }
    if summary:
        package["summary"] = summary
    if sha256:
        package["checksums"] = [{"algorithm": "SHA256", "checksumValue": sha256}]
    return package


def _upstream(owner: str, pin: Upstream) -> dict[str, object]:
    """The pinned source; the checksum is that of the source written first, the others are named beside it."""
    sources = pin.sources
    package = _package(
        _reference("upstream", owner),
        sources[0].package if sources and not isinstance(sources[0], UrlSource) else owner,
        version=pin.version,
        license_=pin.license,
        sha256=sources[0].sha256 if sources else "",
    )
    urls = [source.url for source in sources if isinstance(source, UrlSource)]
    if urls:
        package["downloadLocation"] = urls[0]
    locators = [_locator(source) for source in sources if not isinstance(source, UrlSource)]
    if locators:
        package["externalRefs"] = [
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": locator}
            for locator in locators
        ]
    if pin.patches:
        package["comment"] = f"changed by {', '.join(pin.patches)}"
    return package


def _locator(source: DebianSource | PypiSource | CrateSource) -> str:
    version = source.version.replace("+", "%2B")
    if isinstance(source, PypiSource):
        return f"pkg:pypi/{source.package}@{version}"
    if isinstance(source, CrateSource):
        return f"pkg:cargo/{source.package}@{version}"
    return f"pkg:deb/debian/{source.package}@{version}?arch=source"
