"""Ctrl-C, SIGTERM and SIGHUP: the same end in every phase, with the command that continues."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from typing import Any

import pytest

from slp_ops.app.change.apply import DeviceChangeResult
from slp_ops.app.change.results import ChangeOutcome, ChangeResult
from slp_ops.cli.exits import Exit, change_results, code_of
from slp_ops.i18n import Lang
from slp_ops.report.terminal.change import render_change

STOPPING = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])


def script(text: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a main program that sends itself a signal at a certain place."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(text)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **options,
    )


@STOPPING
def test_at_start_up(number: signal.Signals) -> None:
    done = script(f"""
        import os, sys
        from slp_ops.__main__ import main
        class Finder:
            def find_spec(self, name, path=None, target=None):
                if name == "slp_ops.cli.main":
                    os.kill(os.getpid(), {int(number)})
        sys.meta_path.insert(0, Finder())
        main()
    """)
    assert (done.returncode, done.stderr) == (130, "")


@STOPPING
def test_outside_the_reading_loop(number: signal.Signals) -> None:
    done = script(f"""
        import os, sys
        import slp_ops.cli.main as cli
        from slp_ops.__main__ import main
        cli.LazyGroup.get_command = lambda *_: os.kill(os.getpid(), {int(number)})
        sys.argv = ["slp-ops", "rules"]
        main()
    """)
    assert done.returncode == 130
    assert done.stderr.lstrip().startswith("interrupted\n")
    assert "slp-ops runs list" in done.stderr


@STOPPING
@pytest.mark.parametrize("moment", ["__init__", "close"])
@pytest.mark.parametrize("threads", [0, 2])
def test_while_the_loop_is_made_or_closed(number: signal.Signals, moment: str, threads: int) -> None:
    done = script(f"""
        import asyncio, os, threading, time
        for _ in range({threads}):
            threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
        from slp_ops.app.loop import run_to_end
        from slp_ops.signals import raise_interrupts
        raise_interrupts()
        begun = asyncio.SelectorEventLoop.{moment}
        def in_between(self, *given):
            os.kill(os.getpid(), {int(number)})
            begun(self, *given)
            os.kill(os.getpid(), {int(number)})
        asyncio.SelectorEventLoop.{moment} = in_between
        async def work():
            await asyncio.sleep({30 if moment == "__init__" else 0})
        try:
            run_to_end(work())
        except KeyboardInterrupt:
            print("stopped")
    """)
    assert (done.stdout, done.stderr) == ("stopped\n", "")


@STOPPING
@pytest.mark.parametrize("moment", ["finalizer", "callback of a weak reference"])
def test_where_python_drops_exceptions(number: signal.Signals, moment: str) -> None:
    callback = None if moment == "finalizer" else f"lambda _: os.kill(os.getpid(), {int(number)})"
    done = script(f"""
        import os, time, weakref
        from slp_ops.signals import raise_interrupts
        raise_interrupts()
        class Finalized:
            if {moment == "finalizer"}:
                def __del__(self):
                    os.kill(os.getpid(), {int(number)})
        ended = Finalized()
        watched = weakref.ref(ended, {callback})
        try:
            del ended
            time.sleep(30)
        except KeyboardInterrupt:
            print("stopped")
    """)
    assert (done.stdout, done.stderr) == ("stopped\n", "")


@STOPPING
def test_while_python_ends(number: signal.Signals) -> None:
    done = script(f"""
        import os, sys
        from slp_ops.__main__ import main
        class Finalized:
            def __init__(self):
                self.kill, self.process = os.kill, os.getpid()
            def __del__(self):
                self.kill(self.process, {int(number)})
        sys.last = Finalized()
        sys.argv = ["slp-ops", "--version"]
        main()
    """)
    assert (done.returncode, done.stderr) == (0, "")


@STOPPING
def test_while_an_interruption_is_reported(number: signal.Signals) -> None:
    done = script(f"""
        import os, sys
        import slp_ops.cli.main as cli
        from slp_ops.__main__ import main
        cli.LazyGroup.get_command = lambda *_: os.kill(os.getpid(), {int(number)})
        cli.show_failure = lambda *_, **__: os.kill(os.getpid(), {int(number)})
        sys.argv = ["slp-ops", "rules"]
        main()
    """)
    assert (done.returncode, done.stderr.strip()) == (130, "")


@STOPPING
def test_in_the_reading_loop(number: signal.Signals) -> None:
    done = script(f"""
        import asyncio, os
        from slp_ops.app.loop import run_to_end
        async def work():
            os.kill(os.getpid(), {int(number)})
            await asyncio.sleep(30)
        try:
            run_to_end(work())
        except KeyboardInterrupt:
            print("stopped")
    """)
    assert done.stdout == "stopped\n"


def test_nohup_outlives_a_closed_terminal() -> None:
    done = script(
        """
        import asyncio, os, signal
        from slp_ops.app.loop import run_to_end
        from slp_ops.signals import raise_interrupts
        raise_interrupts()
        async def work():
            os.kill(os.getpid(), signal.SIGHUP)
            await asyncio.sleep(0.1)
        os.kill(os.getpid(), signal.SIGHUP)
        run_to_end(work())
        print("done")
        """,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )
    assert done.stdout == "done\n"


def test_output_to_a_terminal_that_is_gone_goes_nowhere() -> None:
    master, slave = os.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", "import signal, os, slp_ops.signals as s\n"
             "assert os.isatty(2)\ns.leave_terminal(signal.SIGHUP)\nassert not os.isatty(2)\n"],
            stdin=slave, stdout=slave, stderr=slave, timeout=60, check=False,
        )  # fmt: skip
    finally:
        os.close(master)
        os.close(slave)
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("not_begun", "code"), [((), Exit.FINE), (("sw2",), Exit.INTERRUPTED)], ids=["all done", "some left"]
)
def test_a_change_that_was_complete_has_its_own_exit_code(not_begun: tuple[str, ...], code: Exit) -> None:
    done = DeviceChangeResult(name="sw1", site="tokyo", end=ChangeOutcome.DONE)
    change = ChangeResult(journal="journal.jsonl", devices=(done,), not_begun=not_begun, stopped=True)
    assert code_of(*change_results(change)) is code


@pytest.mark.parametrize(("by_operator", "code"), [(True, Exit.INTERRUPTED), (False, Exit.CHANGE_FAILED)])
def test_a_change_that_its_worker_stopped_was_not_interrupted(by_operator: bool, code: Exit) -> None:
    open_ = DeviceChangeResult(name="sw1", site="tokyo", end=ChangeOutcome.STOPPED)
    change = ChangeResult(journal="journal.jsonl", devices=(open_,), stopped=by_operator)
    assert code_of(*change_results(change)) is code


def test_a_rollback_that_failed_names_the_command_that_completes_it() -> None:
    applied = DeviceChangeResult(name="sw1", site="tokyo", end=ChangeOutcome.NOT_ROLLED_BACK)
    change = ChangeResult(journal="runs/r/journal.jsonl", devices=(applied,), back=True)
    for lang in Lang:
        assert "slp-ops remediate --rollback runs/r/journal.jsonl" in render_change(change, lang)
