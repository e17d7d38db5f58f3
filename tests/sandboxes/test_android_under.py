import pytest

from actions.risk import Role
from perception.geometry import Point
from sandboxes.android_under import under_in

DUMP = """<?xml version='1.0'?><hierarchy><node class="android.widget.FrameLayout" bounds="[0,0][400,800]">
<node class="android.widget.LinearLayout" clickable="true" bounds="[0,0][400,100]">
  <node class="android.widget.TextView" text="Dark theme" bounds="[10,10][200,50]"/>
  <node class="android.widget.Switch" checkable="true" content-desc="Dark" bounds="[300,0][400,100]"/></node>
<node class="android.widget.EditText" text="" content-desc="PIN" password="true" focused="true"
  bounds="[0,100][400,200]"/>
<node class="android.widget.EditText" text="Ada" bounds="[0,200][400,300]"/>
<node class="android.widget.Button" clickable="true" text="Delete" bounds="[0,300][400,400]"/>
</node></hierarchy>"""


@pytest.mark.parametrize(
    ("point", "role", "text"),
    [
        (Point(x=20, y=20), "link", "Dark theme"),
        (Point(x=350, y=20), "toggle", "Dark"),
        (Point(x=20, y=150), "password", "PIN"),
        (None, "password", "PIN"),
        (Point(x=20, y=250), "field", "Ada"),
        (Point(x=20, y=350), "button", "Delete"),
    ],
)
def test_the_node_that_is_met(point: Point | None, role: Role, text: str) -> None:
    under = under_in(DUMP, point, "android://app")
    assert (under.role, under.texts[0], under.url) == (role, text, "android://app")
    assert "Delete" in under.around


def test_where_nothing_is_nobody_can_tell() -> None:
    assert under_in(DUMP, Point(x=900, y=900), "android://app").role == "unknown"
    assert under_in("<hierarchy", Point(x=1, y=1), "android://app").role == "unknown"
