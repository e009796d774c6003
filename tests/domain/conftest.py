"""What a failing assertion in the parts of these tests shows."""

import pytest

pytest.register_assert_rewrite("tests.domain.clients", "tests.domain.reference", "tests.domain.world")
