"""A commented inventory to start from."""

from __future__ import annotations

import shlex
from importlib.resources import files
from typing import TYPE_CHECKING

from slp_ops.errors import InputError
from slp_ops.regular_files import unwritable

if TYPE_CHECKING:
    from pathlib import Path


def write_template(path: Path) -> None:
    """Write the template to a new file. Raises InputError for an existing or unwritable one."""
    content = files("slp_ops.inventory").joinpath("template.yaml").read_bytes()
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        raise InputError(
            f"{path} exists already, and is not overwritten",
            hint=f"check it with: slp-ops inventory check -i {shlex.quote(str(path))}; or name another file",
        ) from None
    except OSError as err:
        raise unwritable(path, err) from err
