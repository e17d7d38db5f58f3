import pytest

from agent.effects import Effects, Intent, Receipt
from agent.errors import RecordError
from tests.agent.samples import CLICK, image


def test_an_intent_without_a_receipt_is_known_after_reopening(tmp_path):
    effects = Effects(tmp_path)
    effects.write(Intent(effect_id="run/0", action=CLICK))
    effects.write(Receipt(effect_id="run/0", after=image(), info={"focus": "x"}))
    effects.write(Intent(effect_id="run/1", action=CLICK))
    effects.close()
    effects = Effects(tmp_path)
    receipt = effects.receipt("run/0")
    assert receipt is not None
    assert receipt.info == {"focus": "x"}
    assert effects.intent("run/1") is not None
    assert effects.receipt("run/1") is None
    assert effects.intent("run/2") is None
    effects.close()


def test_a_new_name_was_never_used(tmp_path):
    effects = Effects(tmp_path)
    assert effects.new_id("run/0") == "run/0"
    effects.write(Intent(effect_id="run/0", action=CLICK))
    assert effects.new_id("run/0") == "run/0.2"
    effects.close()


def test_a_torn_intent_never_happened(tmp_path):
    effects = Effects(tmp_path)
    effects.write(Intent(effect_id="run/0", action=CLICK))
    effects.close()
    path = tmp_path / "effects.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    effects = Effects(tmp_path)
    assert effects.intent("run/0") is None
    effects.close()
    assert path.read_bytes() == b""


def test_a_changed_ledger_is_refused(tmp_path):
    (tmp_path / "effects.jsonl").write_text('{"type": "wish", "schema_version": 1}\n')
    with pytest.raises(RecordError, match=r"effects\.jsonl, line 1 is not a record of this file"):
        Effects(tmp_path)


def test_a_missing_entry_shows(tmp_path):
    effects = Effects(tmp_path)
    for name in ("run/0", "run/1", "run/2"):
        effects.write(Intent(effect_id=name, action=CLICK))
    effects.close()
    first, _, third = (tmp_path / "effects.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "effects.jsonl").write_bytes(first + third)
    with pytest.raises(RecordError, match=r"effects\.jsonl, line 2 does not follow from the line before"):
        Effects(tmp_path)
