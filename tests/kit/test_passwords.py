"""How passwords are kept: at the product's cost, which the tests' own service is spared, and at no other for nobody."""

import re
import subprocess
import sys
from typing import Any

import pytest

from app.kit import auth
from tests.conftest import ROOT

MEMORY_KIB, ROUNDS = 65_536, 3  # of RFC 9106, section 4, the second choice


def test_the_product_hashes_at_the_recommended_cost() -> None:
    program = "from app.kit.auth import hash_password; print(hash_password('a long enough password'))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    cost = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$", done.stdout)
    assert cost is not None, done.stdout
    assert int(cost[1]) >= MEMORY_KIB
    assert int(cost[2]) >= ROUNDS


def test_only_the_right_password_matches() -> None:
    kept = auth.hash_password("a long enough password")
    assert auth.password_matches("a long enough password", kept)
    assert not auth.password_matches("another long password", kept)
    assert not auth.password_matches("a long enough password", None)


@pytest.mark.parametrize("somebody", [True, False])
def test_as_much_is_worked_out_for_nobody_as_for_somebody(somebody: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = auth.hash_password("a long enough password") if somebody else None
    hashed, verified = auth._passwords.hash, auth._passwords.verify
    done: list[str] = []

    def hashing(*given: Any) -> str:
        done.append("hash")
        return hashed(*given)

    def verifying(password: str, stored: str) -> bool:
        done.append(stored.rpartition("$")[0].rpartition("$")[0])  # its costs
        return verified(password, stored)

    monkeypatch.setattr(auth._passwords, "hash", hashing)
    monkeypatch.setattr(auth._passwords, "verify", verifying)
    auth._hash_of_nobody.cache_clear()
    for _ in range(2):
        auth.password_matches("another long password", kept)
    assert done == ["hash", "$argon2id$v=19$m=8,t=1,p=1", "$argon2id$v=19$m=8,t=1,p=1"]
