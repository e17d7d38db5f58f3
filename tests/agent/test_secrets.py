"""Where the settings say that secrets are, and what is said when they are not there."""

import traceback

import keyring
import keyring.backend
import pytest
from keyring.errors import KeyringLocked

from agent.errors import SettingsError
from agent.secrets import open_vault
from agent.settings import SecretSettings, load

VALUE = "qzx horse"
SHOP = SecretSettings(source="env:SHOP_PASSWORD", hosts=("shop.example",))
BANK = SecretSettings(source="keyring:bank/ada", hosts=("bank.example",))


class Drawer(keyring.backend.KeyringBackend):
    """A keyring in memory."""

    priority = 1  # pyright: ignore[reportAssignmentType]

    def __init__(self, held=None, *, is_locked=False):
        super().__init__()
        self.held, self.is_locked = held or {}, is_locked

    def get_password(self, service, username):
        if self.is_locked:
            raise KeyringLocked(VALUE)
        return self.held.get((service, username))

    def set_password(self, service, username, password):
        self.held[service, username] = password

    def delete_password(self, service, username):
        del self.held[service, username]


@pytest.fixture
def drawer():
    before = keyring.get_keyring()
    yield lambda *given, **more: keyring.set_keyring(Drawer(*given, **more))
    keyring.set_keyring(before)


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_variable_and_a_keyring_are_asked(drawer):
    drawer({("bank", "ada"): "other words"})
    vault = open_vault({"SHOP": SHOP, "BANK": BANK}, "", {"SHOP_PASSWORD": VALUE})
    assert vault.filled("secret:SHOP", "https://shop.example/") == VALUE
    assert vault.filled("secret:bank", "https://bank.example/") == "other words"


def test_what_nobody_asks_for_may_be_missing(drawer):
    drawer(is_locked=True)
    assert open_vault({"SHOP": SHOP, "BANK": BANK}, "Buy bread", {}).names == ()


@pytest.mark.parametrize(
    ("instruction", "said"),
    [
        ("use secret:shop", "secret:SHOP is not there: set the variable SHOP_PASSWORD"),
        ("use secret:BANK", "secret:BANK is not in the keyring: keyring set bank ada"),
        ("use secret:MAIL", r"asks for secret:mail, and the settings know BANK, SHOP: add \[secrets\.mail\]"),
    ],
)
def test_what_the_instruction_asks_for_must_be_there(drawer, instruction, said):
    drawer()
    with pytest.raises(SettingsError, match=said):
        open_vault({"SHOP": SHOP, "BANK": BANK}, instruction, {})


def test_a_locked_keyring_is_said_without_its_words(drawer):
    drawer(is_locked=True)
    with pytest.raises(SettingsError, match="unlock it") as caught:
        open_vault({"BANK": BANK}, "use secret:BANK", {})
    assert caught.value.__cause__ is None
    assert VALUE not in str(caught.value)


def test_a_short_value_is_refused_and_not_told():
    with pytest.raises(SettingsError, match="fewer than 4") as caught:
        open_vault({"SHOP": SHOP}, "use secret:SHOP", {"SHOP_PASSWORD": VALUE[:3]})
    assert VALUE[:3] not in "".join(traceback.format_exception(caught.value))


def test_settings_name_where_secrets_are(elsewhere):
    (elsewhere / "handeye.toml").write_text("[secrets.SHOP]\nsource = 'env:X'\nhosts = ['*.Shop.example']\n")
    assert load(environ={}).secrets == {"SHOP": SecretSettings(source="env:X", hosts=("*.shop.example",))}
    variables = {"HANDEYE_SECRETS__MAIL__SOURCE": "env:Y", "HANDEYE_SECRETS__MAIL__HOSTS": "a.example, b.example"}
    assert load(environ=variables).secrets["mail"].hosts == ("a.example", "b.example")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f"source = '{VALUE}'\nhosts = ['a.example']", "a value itself never stands in settings"),
        (
            f"value = '{VALUE}'\nsource = 'env:X'\nhosts = []",
            "there is no setting secrets.SHOP.value; known are source",
        ),
        ("source = 'env:X'\nhosts = ['*']", 'No secret can be bound to "\\*"'),
        ("source = 'env:X'", "secrets.SHOP.hosts"),
    ],
)
def test_a_value_that_stands_in_settings_is_refused_and_not_told(elsewhere, content, said):
    (elsewhere / "handeye.toml").write_text(f"[secrets.SHOP]\n{content}\n")
    with pytest.raises(SettingsError, match=said) as caught:
        load(environ={})
    assert VALUE not in "".join(traceback.format_exception(caught.value))
