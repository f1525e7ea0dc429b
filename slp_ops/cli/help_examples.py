"""Examples in ``--help``: command lines that an operator can type as they are.

The names are those of the simulated fleet, and the order is that of a first day with slp-ops: the tests type
each line of a situation after the other. ``help.ja.yaml`` contains the Japanese of what a line does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    import click

# Words behind slp-ops -> (command line, what it does)
EXAMPLES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "inventory check": (
        ("slp-ops inventory check", "Check inventory.yaml in this folder."),
        ("slp-ops inventory check -i lab.yaml", "Check another file."),
    ),
    "collect": (
        ("slp-ops collect --site tokyo", "Read every switch of site tokyo, and keep the outputs as a run."),
        (
            "slp-ops collect --limit tyo-acc-01 --command 'show boot'",
            "Read one switch, with one more show command.",
        ),
        ("slp-ops collect --resume last", "Read only what the newest run lacks."),
    ),
    "audit": (
        ("slp-ops audit --site tokyo", "Read the switches of site tokyo, and show what is wrong with them."),
        (
            "slp-ops audit --run last --details",
            "Show the newest run again, each switch on its own; connect to none.",
        ),
        ("slp-ops audit putty.log", "Judge a saved terminal log or show tech."),
    ),
    "check-reachability": (
        (
            "slp-ops check-reachability --limit tyo-acc-01",
            "Test from one switch whether it reaches the server that it reports to.",
        ),
        (
            "slp-ops check-reachability --target 192.0.2.40:8182",
            "Test from every switch, also to a CSLU that is planned.",
        ),
    ),
    "check-version": (
        ("slp-ops check-version --release 17.9.4", "Judge a release; connect to no switch."),
        ("slp-ops check-version --site tokyo", "Read the releases of site tokyo, and judge them."),
    ),
    "explain": (
        ("slp-ops explain dns-failure", "Explain a rule that an audit names."),
        ("slp-ops explain UNACK", "Explain a word that a switch prints."),
        (
            "slp-ops explain '%SMART_LIC-3-COMM_FAILED: ...'",
            "Explain a message of the log; paste the whole line between the quotes.",
        ),
    ),
    "report": (
        (
            "slp-ops report last --html report.html --xlsx report.xlsx",
            "Write the newest run as a page and as a workbook.",
        ),
        ("slp-ops report last --lang ja --md -", "Print it as Markdown in Japanese, for a ticket or a chat."),
    ),
    "bundle": (
        (
            "slp-ops bundle last --device tyo-acc-01 -o case.zip",
            "Collect what a support case needs of one switch.",
        ),
        ("slp-ops bundle --check case.zip", "Check the zip before it is sent."),
    ),
    "facts": (
        ("slp-ops facts last --device tyo-acc-01", "Show what was read from one switch."),
        ("slp-ops facts last --command 'show clock'", "Show what one command printed on every switch."),
    ),
    "parse": (
        ("slp-ops parse putty.log", "Read a terminal log or show tech; its commands are found."),
        (
            "slp-ops parse --command 'show clock' clock.txt",
            "Read the output of one command, which is alone in the file.",
        ),
    ),
    "runs prune": (
        ("slp-ops runs prune --older-than 90d --dry-run", "Show what would be removed; remove nothing."),
        (
            "slp-ops runs prune --keep 100 --older-than 90d",
            "Remove runs that are older than 90 days, but keep the newest 100.",
        ),
    ),
    "runs export": (("slp-ops runs export last --to copy", "Write the newest run into the folder copy."),),
    "history": (("slp-ops history tyo-acc-01", "Show what changed on one switch, from run to run."),),
    "trend": (
        ("slp-ops trend --days 30", "Show where the whole fleet is heading, by the runs of 30 days."),
        ("slp-ops trend --limit 'tyo-acc-*'", "Show it for the switches whose name begins with tyo-acc-."),
    ),
    "diff": (("slp-ops diff 20261120T0", "Compare the run whose name begins so with the newest one."),),
    "watch": (
        ("slp-ops watch --site tokyo --every 6h", "Audit site tokyo every six hours, until Ctrl-C."),
        (
            "slp-ops watch --once --exec ./notify.sh",
            "Audit once, for cron; run a program for new findings.",
        ),
    ),
    "remediate": (
        (
            "slp-ops remediate --site tokyo --dry-run",
            "Show what would be sent, and which parameters are missing; send nothing.",
        ),
        (
            "slp-ops remediate --limit tyo-acc-02 --playbook transport-smart",
            "Show the change, ask, apply it, and verify it.",
        ),
        ("slp-ops remediate --rollback last", "Take back the newest change that is in force."),
    ),
    "usage save": (
        ("slp-ops usage save --site tokyo --dry-run", "Show which switches would be asked for a file."),
        (
            "slp-ops usage save --site tokyo --to /media/usb/tokyo",
            "Save the files, and put them where CSSM can be reached from.",
        ),
    ),
    "usage import": (
        (
            "slp-ops usage import /media/usb/acks --site tokyo --dry-run",
            "Show which switch each answer of CSSM belongs to.",
        ),
        ("slp-ops usage import /media/usb/acks --site tokyo", "Import the answers on their switches."),
    ),
    "usage status": (("slp-ops usage status --site tokyo", "Show what remains to be done."),),
    "hub init": (
        (
            "slp-ops hub init --address hub.example.net",
            "Make a hub in the folder hub; workers connect to that name.",
        ),
    ),
    "hub up": (("slp-ops hub up", "Run the hub until Ctrl-C."),),
    "hub site add": (
        (
            "slp-ops hub site add tokyo",
            "Invite a worker of site tokyo; hand the printed code to its operator.",
        ),
    ),
    "worker join": (
        ("slp-ops worker join hub.example.net:4223", "Join; paste the one-time code when it is asked for."),
    ),
    "worker": (
        ("slp-ops worker --site tokyo -i inventory.yaml", "Read the switches of site tokyo for the hub."),
    ),
    "hub status": (("slp-ops hub status", "Show what needs attention."),),
}


def write_examples(context: click.Context, formatter: click.HelpFormatter) -> None:
    """Write the examples of the context's command, each line with what it does below it."""
    if rows := EXAMPLES.get(_words(context)):
        with formatter.section("Examples"):
            formatter.write_dl(rows, col_max=2)  # narrower than any line, so that the text begins below it


def _words(context: click.Context) -> str:
    """Return the words of the command behind the program's name."""
    words: list[str] = []
    while context.parent is not None:
        words.insert(0, context.info_name or "")
        context = context.parent
    return " ".join(words)
