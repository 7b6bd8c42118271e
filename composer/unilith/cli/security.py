"""`unilith report security`."""

from __future__ import annotations

import json as json_format

from unilith.image.description import ImageDescription
from unilith.report.image_facts import ImageFacts
from unilith.report.security import security_report, security_text


def security_and_print(description: ImageDescription, *, json: bool) -> None:
    """Prints the protections of a built image."""
    report = security_report(ImageFacts(description.image, description.debug))
    if json:
        rows = [{"name": p.name, "state": p.state, "evidence": p.evidence} for p in report]
        print(json_format.dumps({"target": description.target, "protections": rows}))
    else:
        print(security_text(report))
