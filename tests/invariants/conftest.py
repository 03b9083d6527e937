"""These tests need no worker: plans are written by hand."""

from pathlib import Path

import pytest

from app.settings import Settings


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path, worker="off")
