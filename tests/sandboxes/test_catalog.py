import pytest

from sandboxes.catalog import environment, names
from sandboxes.errors import SandboxError
from sandboxes.painted import PaintedEnvironment


def test_a_name_is_loaded_on_use():
    assert isinstance(environment("painted"), PaintedEnvironment)
    assert {"browser", "demo", "miniwob", "painted"} <= set(names())


def test_an_unknown_name_is_refused_with_those_known():
    with pytest.raises(SandboxError, match=r'"moon".*browser'):
        environment("moon")
