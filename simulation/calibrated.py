"""The file of calibrated parameters: what they are, what they reproduce, and what they do not."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Final

from simulation.calibration import Calibration
from simulation.outcome import ENGINE_VERSION
from simulation.programs import ProgramTable

NOTE: Final = (
    "Parameters of simulated applicants. They reproduce published totals, not people: what the"
    " figures do not identify is assumed, and other parameters would do as well."
)


def calibration_file(
    calibration: Calibration,
    programs: ProgramTable,
    match_iteration_id: int | None = None,
    is_sample: bool | None = None,
) -> str:
    """Return the JSON text of a calibration; `Parameters.read` reads such a file.

    Args:
        calibration: The calibration.
        programs: What it was made with.
        match_iteration_id: Of which match iteration they are; None for programs of a file.
        is_sample: Whether they are generated; None for programs of a file.
    """
    value: dict[str, Any] = {
        "note": NOTE,
        "is_simulated": True,
        "parameters": calibration.parameters.model_dump(mode="json"),
        "misfit": round(calibration.misfit, 3),
        "fit": [
            {
                "moment": fit.target.moment,
                "subject": fit.target.subject,
                "published": fit.target.value,
                "simulated": None if fit.simulated is None else round(fit.simulated, 4),
                "is_reproduced": fit.is_reproduced,
            }
            for fit in calibration.fit
        ],
        "estimates": [
            {
                "path": one.path,
                "value": one.value,
                "start": one.start,
                "uncertainty": round(one.uncertainty, 3),
                "is_identified": one.is_identified,
            }
            for one in calibration.estimates
        ],
        "effort": asdict(calibration.effort),
        "engine_version": ENGINE_VERSION,
        "match_iteration": match_iteration_id,
        "programs": len(programs),
        "seats": int(programs.quotas.sum()),
        "modelled_quotas": int(programs.quota_is_modelled.sum()),
        "is_sample": is_sample,
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
