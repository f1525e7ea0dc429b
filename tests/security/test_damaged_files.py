"""Damaged and hostile files, each given to every verb that reads it: one message, a documented exit code."""

from __future__ import annotations

import io
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slp_ops.cli.main import main
from slp_ops.errors import InputError
from slp_ops.json_documents import InvalidJson, parse_json
from slp_ops.planning.documents import read_plans
from slp_ops.planning.journal_state import BeginEvent
from slp_ops.regular_files import read_stream
from slp_ops.runs.history_index import FILE as INDEX
from slp_ops.runs.serialization import CaptureRecord, ResultRecord, RunRecord, read_lines
from slp_ops.runs.summaries import SummaryRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DATA: Final = Path(__file__).parents[1] / "compat/data/0.1.0"
INVENTORY: Final = """version: 1
defaults: {username: netops}
sites:
  lab:
    devices:
      sw1: {host: 127.0.0.1, port: 9}
"""


class Ended(NamedTuple):
    code: int
    stdout: str
    stderr: str


@pytest.fixture
def call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Ended]]:
    """Run the command line as the operator does, in this process."""
    monkeypatch.setenv("SLP_OPS_PASSWORD", "netops")
    monkeypatch.setenv("SLP_OPS_SSH_CONFIG", "none")
    monkeypatch.setenv("SLP_OPS_RUNS_DIR", str(tmp_path / "runs"))
    monkeypatch.chdir(tmp_path)
    shutil.copytree(DATA / "runs", tmp_path / "runs")
    (tmp_path / "inventory.yaml").write_text(INVENTORY)

    def invoke(*arguments: str | Path) -> Ended:
        monkeypatch.setattr(sys, "argv", ["slp-ops", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        return Ended(int(ended.value.code or 0), out, err)

    with closing(io.BytesIO()):
        yield invoke


def refused(ended: Ended, *, codes: tuple[int, ...] = (2,)) -> None:
    assert ended.code in codes, ended
    assert "Traceback" not in ended.stderr
    assert "defect" not in ended.stderr
    if ended.code == 2:
        errors = [line for line in ended.stderr.splitlines() if line.lower().startswith("error:")]
        assert len(errors) == 1, ended.stderr


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)  # a path of a temporary folder may be too long for a socket


def _sparse(path: Path) -> None:
    path.touch()
    os.truncate(path, 2**40)


KINDS: Final[dict[str, Callable[[Path], object]]] = {
    "a named pipe": _fifo,
    "a device file": lambda path: path.symlink_to("/dev/zero"),
    "a terminal": lambda path: path.symlink_to("/dev/ptmx"),
    "a folder": Path.mkdir,
    "a socket": _socket,
    "a sparse file": _sparse,
    "no file": lambda path: None,
}
READERS: Final = {
    "audit FILE": ("audit", "X"),
    "parse FILE": ("parse", "X"),
    "--inventory": ("inventory", "check", "-i", "X"),
    "--ssh-config": ("inventory", "check", "-i", "inventory.yaml", "--ssh-config", "X"),
    "--limit @FILE": ("collect", "-i", "inventory.yaml", "--limit", "@X"),
    "--plan": ("remediate", "-i", "inventory.yaml", "--plan", "X", "--yes"),
    "--resume": ("remediate", "-i", "inventory.yaml", "--resume", "X", "--yes"),
    "--rollback": ("remediate", "-i", "inventory.yaml", "--rollback", "X", "--yes"),
    "usage --resume": ("usage", "save", "-i", "inventory.yaml", "--resume", "X", "--yes"),
    "usage import": ("usage", "import", "X", "-i", "inventory.yaml", "--yes"),
    "bundle --check": ("bundle", "--check", "X"),
    "--rules": ("rules", "--rules", "folder"),
    "--playbooks": ("remediate", "-i", "inventory.yaml", "--playbooks", "folder", "--dry-run"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("reader", READERS)
def test_only_a_regular_file_is_read(call: Callable[..., Ended], reader: str, kind: str) -> None:
    name = "X"
    if "folder" in READERS[reader]:
        Path("folder").mkdir()
        name = "folder/X.yaml"
        if kind == "no file":
            Path("folder", "Y.yaml").symlink_to("nothing")
    if kind == "a socket" and name != "X":
        os.chdir("folder")
        _socket(Path("X.yaml"))
        os.chdir("..")
    else:
        KINDS[kind](Path(name))

    ended = call(*READERS[reader])

    refused(ended, codes=(0, 2) if kind == "a folder" and reader == "usage import" else (2, 3))


TEXTS: Final = {
    "nothing": b"",
    "zeros": bytes(100_000),
    "no text": bytes(range(256)) * 50,
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 60_000 + b"1" + b"}" * 60_000,
    "a list": b"[]\n",
    "a text": b'"slp-ops/plan/1"\n',
    "a huge number": b'{"schema":"slp-ops/plan/1","devices":' + b"9" * 6000 + b"}\n",
    "a large number": b'{"schema":"slp-ops/plan/1","devices":[' + b"9" * 400 + b"]}\n",
    "infinity": b'{"schema":"slp-ops/plan/1","devices":[1e999]}\n',
    "not a number": b'{"schema":"slp-ops/plan/1","devices":NaN}\n',
    "many values": b'{"schema":"slp-ops/plan/1","devices":[' + b"{}," * 2_000_000 + b"1]}\n",
    "a shape": b'{"schema":"slp-ops/plan/1","devices":{"a":1}}\n',
    "another shape": b'{"schema":"slp-ops/plan/1",\n"devices":[\n{"name":[]}]}\n',
    "a journal's shape": b'{"event":"begin","schema":"slp-ops/journal/1","plans":7}\n',
    "a plan in a journal": b'{"event":"begin","schema":"slp-ops/journal/1","plans":[{"name":{}}]}\n',
    "an event": b'{"event":"begin","schema":"slp-ops/journal/1","plans":[]}\n{"event":["step"]}\n',
    "lone surrogates": b'{"schema":"slp-ops/plan/1","devices":[{"name":"\\ud800"}]}\n',
}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("reader", [each for each in READERS if each not in ("--rules", "--playbooks")])
def test_a_damaged_file_is_one_message(call: Callable[..., Ended], reader: str, text: str) -> None:
    Path("X").write_bytes(TEXTS[text])

    ended = call(*READERS[reader])

    # An empty SSH configuration or list of names is none, and usage import names unfit answers.
    refused(ended, codes=(0, 2, 3, 4))
    if reader in ("--plan", "--resume", "--rollback", "usage --resume"):
        assert ended.code == 2
        assert "X" in ended.stderr


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (b'{"schema":"slp-ops/plan/1",\n"devices":[\n{"name":[]}]}\n', "X:3: name: expected a text"),
        (b'{"schema":"slp-ops/plan/1",\n\n"devices":7}\n', "X:3: devices: expected a list"),
        (b'{"schema":\n\n\n', "X:4: no JSON"),
        (b"\n", "X:1: no JSON: it is empty"),
        (b'{"schema":"slp-ops/plan/9"}\n', "X is no plan of this slp-ops: its schema is not slp-ops/plan/1"),
        (b'{\n"schema": 1e999}\n', "X:2: the number 1e999 does not fit"),
        (b"{\n\n" + b'"a":[' + b"[" * 5000, "X:3: nested too deeply"),
    ],
)
def test_the_message_names_the_line(call: Callable[..., Ended], text: bytes, place: str) -> None:
    Path("X").write_bytes(text)

    ended = call("remediate", "-i", "inventory.yaml", "--plan", "X", "--yes")

    refused(ended)
    assert place in ended.stderr


RUN_VERBS: Final = (
    ("runs", "list"),
    ("runs", "show", "7c45f5"),
    ("runs", "verify", "7c45f5"),
    ("audit", "--run", "7c45f5"),
    ("report", "7c45f5", "--json", "-"),
    ("facts", "7c45f5"),
    ("history", "sw-acc"),
    ("trend",),
    ("diff", "05d091", "7c45f5"),
    ("bundle", "7c45f5", "-o", "b.zip", "--no-ask"),
)
DAMAGE: Final = {
    "deep": b"[" * 50_000 + b"\n",
    "large number": b'{"schema":1,"manifest":' + b"9" * 30 + b"}\n",
    "many lines": b"\n" * 200_000,
    "device": None,
    "fifo": None,
    "folder": None,
    "wrong types": b'{"schema":1,"id":7,"verb":[],"devices":{},"name":{},"status":"ok","command":7}\n',
    "no zone": b"",
}


def _damaged(path: Path, damage: str) -> None:
    original = path.read_text()
    path.unlink()
    match damage:
        case "fifo":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "folder":
            path.mkdir()
        case "no zone":
            path.write_text(original.replace("+00:00", "").replace('Z"', '"'))
        case _:
            path.write_bytes(DAMAGE[damage] or b"")


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("file", ["run.json", "devices.jsonl", "*/manifest.jsonl", "summaries.jsonl"])
def test_a_damaged_file_of_a_run_stops_no_verb(call: Callable[..., Ended], file: str, damage: str) -> None:
    (run,) = Path("runs").glob("*-audit-7c45f5")
    for path in run.glob(file):
        _damaged(path, damage)

    for words in RUN_VERBS:
        ended = call(*words)
        refused(ended, codes=(0, 2, 3, 4))


def _history(change: str) -> None:
    with closing(sqlite3.connect(Path("runs", INDEX))) as connection:
        connection.executescript(change)
        connection.commit()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE sample SET seen = 'never'",
        "UPDATE sample SET day = 9223372036854775807",
        "UPDATE sample SET backlog = 'many', late = 'x', failing = x'00'",
        "UPDATE sample SET backlog = 1.5",
        "UPDATE word SET text = '[' || text",
        "UPDATE word SET text = text || 'nonsense'",
        "UPDATE run SET started = -9223372036854775808",
        "UPDATE run SET ref = 5, verb = x'ff'",
        "DELETE FROM word",
        "DELETE FROM run",
        "DROP TABLE word",
        "DROP TABLE word; CREATE VIEW word AS SELECT 1 AS id, 'x' AS text",
        "CREATE TRIGGER t AFTER INSERT ON run BEGIN DELETE FROM sample; END",
        "ALTER TABLE sample ADD COLUMN more",
    ],
)
def test_a_history_that_does_not_fit_its_runs_is_built_again(call: Callable[..., Ended], change: str) -> None:
    device = json.loads(next(Path("runs").glob("*-audit-7c45f5/run.json")).read_text())["devices"][0]["name"]
    before = call("history", device, "--json")
    assert before.code == 0, before
    _history(change)

    after = call("history", device, "--json")

    assert after.code == 0, after
    trend = call("trend")
    assert trend.code == 0
    assert "it is built again" in after.stderr + trend.stderr
    assert json.loads(after.stdout) == json.loads(before.stdout)


@pytest.mark.parametrize("kind", ["a named pipe", "a device file", "a folder"])
def test_another_file_in_place_of_the_history_is_named(call: Callable[..., Ended], kind: str) -> None:
    path = Path("runs", INDEX)
    KINDS[kind](path)

    ended = call("trend")

    refused(ended)
    assert INDEX in ended.stderr


PEAK: Final = """
import sys
from slp_ops.cli.main import main
sys.argv = ["slp-ops", *sys.argv[1:]]
try:
    main()
finally:
    size = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print("peak", int(size.split()[1]) // 1024, file=sys.stderr)
"""


@pytest.mark.parametrize(
    "content",
    [b"{}," * 8_000_000, b"[],[" * 6_000_000, b'"ab",' * 5_000_000, b"0," * 12_000_000, b" " * 24_000_000],
    ids=["objects", "lists", "texts", "numbers", "blanks"],
)
def test_the_memory_stays_within_twice_the_file(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(b'{"schema":"slp-ops/plan/1","devices":[' + content + b"1]}")
    (tmp_path / "inventory.yaml").write_text(INVENTORY)

    ended = subprocess.run(
        [sys.executable, "-c", PEAK, "remediate", "-i", "inventory.yaml", "--plan", "plan.json", "--yes"],
        cwd=tmp_path,
        env={**os.environ, "SLP_OPS_PASSWORD": "x", "SLP_OPS_SSH_CONFIG": "none"},
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert ended.returncode == 2, ended.stderr
    peak = int(ended.stderr.rpartition("peak ")[2])
    assert peak < 100 + 2 * len(content) / 2**20


def test_standard_input_is_bounded() -> None:
    read, write = os.pipe()

    def feed() -> None:
        with os.fdopen(write, "wb") as out:
            try:
                while True:
                    out.write(bytes(2**16))
            except BrokenPipeError:
                pass

    feeder = threading.Thread(target=feed)
    feeder.start()
    with os.fdopen(read, "rb") as stream, pytest.raises(InputError, match="larger than 1 MB"):
        read_stream(stream, 2**20)
    feeder.join()


def test_a_device_as_standard_input_is_refused() -> None:
    with open("/dev/zero", "rb") as zero, pytest.raises(InputError, match="a device file"):  # noqa: PTH123
        read_stream(zero, 2**20)


VALUES: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
KEYS: Final = st.sampled_from(
    ["schema", "id", "verb", "state", "started", "devices", "name", "site", "status", "command", "plans",
     "event", "manifest", "device", "seen", "found", "steps", "actions", "fields", "kind", "digest"]
)  # fmt: skip
WORDS: Final = st.sampled_from(["slp-ops/plan/1", "slp-ops/journal/1", "ok", "audit", "begin", 1])
# Bounded, so that generating them stays fast on a machine under load.
RECORDS: Final = st.dictionaries(KEYS, WORDS | VALUES, max_size=5)
OBJECTS: Final = st.dictionaries(KEYS, WORDS | VALUES | st.lists(RECORDS, max_size=3), max_size=8)


@given(OBJECTS)
def test_any_object_is_a_document_or_a_named_problem(value: object) -> None:
    text = json.dumps(value)
    for kind in (CaptureRecord, ResultRecord, RunRecord, SummaryRecord, BeginEvent):
        read_lines(kind, text.encode() + b"\n")
    with suppress(InputError):
        read_plans(json.dumps({"schema": "slp-ops/plan/1", "devices": [value]}), "plan.json")


@given(st.binary(max_size=200) | st.text(alphabet='{}[]",:0123456789eE+-.truefalsnN\\u \n', max_size=200))
def test_any_text_is_json_or_a_named_problem(data: bytes | str) -> None:
    with suppress(InvalidJson):
        json.dumps(parse_json(data))
