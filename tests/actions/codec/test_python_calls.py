import pytest

from actions.codec.python_calls import Call, read_calls
from actions.errors import ActionInvalid


@pytest.mark.parametrize(
    ("code", "arguments", "named"),
    [
        ("time.sleep()", [], {}),
        ("time.sleep(1, -2.5, +3, .5, 1e3)", [1, -2.5, 3, 0.5, 1000.0], {}),
        ("time.sleep('a\\n', \"b\", r'c\\d', 'e' 'f')", ["a\n", "b", "c\\d", "ef"], {}),
        ("time.sleep('''a\nb''', 'c\\\\d')", ["a\nb", "c\\d"], {}),
        ("time.sleep(True, [1, 'a'], (2,))", [True, [1, "a"], [2]], {}),
        ("time.sleep(x=1, y='#')  # note", [], {"x": 1, "y": "#"}),
        ("import pyautogui, time; pyautogui.FAILSAFE = False\npyautogui.PAUSE = 1\ntime.sleep(1)", [1], {}),
    ],
)
def test_calls_are_read_with_their_literals(code, arguments, named):
    assert read_calls(code) == [Call("time.sleep", arguments, named)]


def test_several_calls_come_in_order():
    assert [call.function for call in read_calls("a.b()\n\nc.d(); e.f()")] == ["a.b", "c.d", "e.f"]


@pytest.mark.parametrize(
    "code",
    [
        "x",
        "DONE",
        "click(1, 2)",
        "a.b.c(1)",
        "a.b(1)(2)",
        "a.b(1).c",
        "a.b(x)",
        "a.b(c.d())",
        "a.b(*[1])",
        "a.b(**[1])",
        "a.b(1 + 1)",
        "a.b(- - 1)",
        "a.b(-True)",
        "a.b(-'x')",
        "a.b(None)",
        "a.b(...)",
        "a.b(b'x')",
        "a.b(f'x')",
        "a.b(rb'x')",
        "a.b(1j)",
        "a.b({1: 2})",
        "a.b([1 for x in [2]])",
        "a.b(lambda: 1)",
        "a.b(c := 1)",
        "a.b(1 if 2 else 3)",
        "a.b(x=1, x=2)",
        "a.b(1)[0]",
        "a = 1",
        "pyautogui.FAILSAFE = a.b()",
        "pyautogui.click = 1",
        "os.FAILSAFE = 1",
        "import os",
        "import pyautogui as p",
        "from time import sleep",
        "for x in [1]: a.b(1)",
        "def f(): pass",
        "a.b(1); exec('x')",
        "__import__('os').system('x')",
        "a.b('x'\n",
        "a.b('x)",
        "a.b('\\d')",
        "a.b('\\400')",
        "a.b('\\x')",
        "a.b('\0')",
        "a.b('\ud83d')",
        "a.b(ｘ=1)",
        "a.b(0777)",
        "a.b(" + "9" * 5000 + ")",
        "a.b([[[[1]]]])",
        "# note\ra.b(x)",
        "a.b(" + "1," * 200 + ")",
    ],
)
def test_all_else_is_refused_in_one_sentence(code):
    with pytest.raises(ActionInvalid) as caught:
        read_calls(code)
    message = str(caught.value)
    message.encode()
    assert len(message) < 200
    assert "\n" not in message
