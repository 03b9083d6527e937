"""`./run` installs once, again when the lock changes, and keeps standard output for the command itself.

A stand-in for uv makes the environment, so that nothing is fetched; the real one is what ran these tests.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

UV = """#!/bin/sh
echo "$@" >>"$PWD/uv.log"
case "$1" in
    venv) mkdir -p .venv/bin && printf '#!/bin/sh\\n[ "$1" = -c ] || echo ran "$@"\\n' >.venv/bin/python \\
        && chmod +x .venv/bin/python ;;
    pip) echo "installing" ;;
esac
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what `run` needs, with the stand-in."""
    for name in ("run", "requirements.lock", "requirements-uv.lock", ".python-version"):
        shutil.copy(ROOT / name, tmp_path)
    program(tmp_path / "bin" / "uv", UV)
    return tmp_path


def program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = f"{project / 'bin'}:{os.environ['PATH']}"
    return subprocess.run(
        [project / "run", *arguments], env={**os.environ, "PATH": path}, cwd="/", capture_output=True, text=True
    )


def asked_of_uv(project: Path) -> list[str]:
    return [line.split()[0] for line in (project / "uv.log").read_text().splitlines()]


def test_without_a_command_it_says_what_there_is_and_installs_nothing(project: Path) -> None:
    done = run(project)
    assert (done.returncode, done.stdout) == (0, "")
    assert "./run demo" in done.stderr
    assert not (project / "uv.log").exists()


def test_standard_output_belongs_to_the_command(project: Path) -> None:
    done = run(project, "demo", "--json", "--no-serve")
    assert done.returncode == 0
    assert done.stdout == "ran -m app.cli demo --json --no-serve\n"
    assert "Installing the locked packages" in done.stderr
    assert "installing" in done.stderr


def test_it_installs_once_and_again_when_the_lock_changes(project: Path) -> None:
    run(project, "test")
    run(project, "test")
    assert asked_of_uv(project) == ["--version", "venv", "pip"]
    with (project / "requirements.lock").open("a") as lock:
        lock.write("\n# another\n")
    run(project, "test")
    assert asked_of_uv(project) == ["--version", "venv", "pip", "--version", "pip"]


def test_an_interrupted_installation_is_done_again(project: Path) -> None:
    program(project / "bin" / "uv", UV.replace('echo "installing"', "exit 1"))
    done = run(project, "test")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "wasl: the packages of requirements.lock cannot be installed."
    program(project / "bin" / "uv", UV)
    assert run(project, "test").stdout == "ran -m pytest\n"


def test_a_uv_that_does_not_start_is_passed_over(project: Path) -> None:
    program(project / ".uv" / "bin" / "uv", UV)
    program(project / "bin" / "uv", "#!/bin/sh\nexit 127\n")
    assert run(project, "test", "-q").stdout == "ran -m pytest -q\n"


def test_the_lock_of_uv_itself_names_one_version_with_hashes_and_no_address() -> None:
    lock = (ROOT / "requirements-uv.lock").read_text()
    assert lock.startswith("uv==")
    assert lock.count("==") == 1
    assert lock.count("--hash=sha256:") > 10
    assert "://" not in lock
