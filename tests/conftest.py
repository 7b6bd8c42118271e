"""What all tests share."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# A run decides the same on every machine and every day: examples are drawn from the test itself. EXPLORE=1 draws
# others each time, to look for what nobody has seen yet.
settings.register_profile(
    "same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("explore" if os.environ.get("EXPLORE") else "same")

# The tool is started more than a thousand times, and would compile its modules each time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
