"""What the tests of the live view stand on: no worker, since whoever reads also puts in order."""

from pathlib import Path

import pytest

from app.settings import Settings
from tests.webhooks.conftest import happens

__all__ = ["happens"]


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")
