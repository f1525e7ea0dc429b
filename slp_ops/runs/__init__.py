"""The evidence on disk: run folders that people can read, grep and zip, and that a kill cannot spoil.

    runs/
      sequence.json         the number of the last run, which orders the runs whatever the clock does
      20261124T041131Z-collect-3f9a1c/
        run.json            what was run, when, on what, and how each device ended
        devices.jsonl       one line a device, appended as it ends
        lock                held while the run is being written
        tyo-core-01/
          manifest.jsonl    one line a capture, appended after its file is in place
          show-clock.txt
        packs/tokyo.pack      in a packed run: the folders of a site's devices that have ended

``Runs`` begins and finds runs; ``Run`` and ``DeviceFolder`` write one; ``StoredRun`` reads one.
"""

from __future__ import annotations

from slp_ops.runs.run_reader import StoredRun
from slp_ops.runs.run_writer import DeviceFolder, Run
from slp_ops.runs.runs import Runs
from slp_ops.runs.serialization import RunState

__all__ = ["DeviceFolder", "Run", "RunState", "Runs", "StoredRun"]
