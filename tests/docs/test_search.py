"""The search of the built site, run as the browser runs it, finds Japanese and English words."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# A query as the page sends it, and a page that it finds.
QUERIES = {
    "信頼コード*": "how-to/tokens.ja.html",
    "認可コード*": "reference/glossary.html",
    "プレイブック*": "reference/playbooks.ja.html",
    "踏み台*": "tutorial.ja.html",
    "certificates*": "reference/glossary.html",
    "jump* hosts*": "adr/0005-jump-hosts.html",
}


def test_words_of_both_languages_are_found(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None and os.environ.get("CI") != "true":
        pytest.skip("node is not installed")
    site = tmp_path / "site"
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(site)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    done = subprocess.run(
        [str(node), str(Path(__file__).with_name("search.js")), str(site), *QUERIES],
        capture_output=True,
        text=True,
        check=True,
    )
    found = dict(map(json.loads, done.stdout.splitlines()))
    for query, page in QUERIES.items():
        assert any(each.startswith(page) for each in found[query]), (query, found[query])
