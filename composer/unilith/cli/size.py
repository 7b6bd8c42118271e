"""`unilith size`."""

from __future__ import annotations

import json as json_format

from unilith.catalog.costs import read_costs
from unilith.catalog.roots import find_places
from unilith.cli.progress import Progress
from unilith.demand.object_file import read_object
from unilith.pipeline.build import build
from unilith.pipeline.demand import find_demand
from unilith.pipeline.object_graph import object_graph
from unilith.pipeline.request import Request
from unilith.pipeline.weigh import weigh
from unilith.report.link_map import linked_objects, shares
from unilith.report.size import SizeReport, size_report, size_text


def size_and_print(request: Request, *, json: bool, verbosity: int) -> None:
    """Builds, then shows where the bytes go."""
    report = measure(request, verbosity)
    if json:
        parts = {
            n.name: {
                "predicted": n.predicted,
                "compiled": n.compiled,
                "linked": n.linked,
                "zeroed": n.zeroed,
            }
            for n in report.lines
        }
        print(json_format.dumps({"bytes": report.file, "parts": parts}))
    else:
        print(size_text(report))


def measure(request: Request, verbosity: int) -> SizeReport:
    """Predicted, compiled and linked bytes of a request's image."""
    progress = Progress(verbosity)
    try:
        built = build(request, progress)
        demand = find_demand(request, find_places(request.libraries), progress)
    finally:
        progress.close()
    map_file = demand.work / "image.map"
    objects = linked_objects(map_file)
    compiled = {
        name: object_graph([read_object(file) for file in objects.get(name, ())]) for name in built.libraries
    }
    return size_report(
        weigh(demand, read_costs(demand.catalog, demand.target.arch), built.libraries),
        weigh(demand, compiled, built.libraries),
        demand.app_bytes,
        shares(map_file),
        built.size,
    )
