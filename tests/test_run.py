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
    has_cores(tmp_path, 1)
    return tmp_path


def has_cores(project: Path, number: int) -> None:
    program(project / "bin" / "getconf", f"#!/bin/sh\necho {number}\n")


def program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def run(project: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    path = f"{project / 'bin'}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, **variables}
    return subprocess.run([project / "run", *arguments], env=environment, cwd="/", capture_output=True, text=True)


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


def test_what_python_compiles_is_kept_where_the_machine_says_otherwise(project: Path) -> None:
    run(project, "test")
    program(
        project / ".venv" / "bin" / "python", '#!/bin/sh\n[ "$1" = -c ] || echo "${PYTHONDONTWRITEBYTECODE-kept}"\n'
    )
    assert run(project, "test", PYTHONDONTWRITEBYTECODE="1").stdout == "kept\n"


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


def test_all_tests_use_every_core_and_some_files_alone_do_not(project: Path) -> None:
    has_cores(project, 2)
    parallel = "ran -m pytest -n 3 --dist loadfile --no-loadscope-reorder --max-worker-restart 0"
    assert run(project, "test").stdout == f"{parallel}\n"
    assert run(project, "test", "-x", "-k", "offers").stdout == f"{parallel} -x -k offers\n"
    (project / "tests").mkdir()
    assert run(project, "test", "tests").stdout == "ran -m pytest tests\n"
    assert run(project, "test", "run::test_a").stdout == "ran -m pytest run::test_a\n"
    assert run(project, "test", "-n0").stdout == "ran -m pytest -n0\n"


def test_the_lock_of_uv_itself_names_one_version_with_hashes_and_no_address() -> None:
    lock = (ROOT / "requirements-uv.lock").read_text()
    assert lock.startswith("uv==")
    assert lock.count("==") == 1
    assert lock.count("--hash=sha256:") > 10
    assert "://" not in lock
