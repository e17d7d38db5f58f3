"""The vocabulary of handeye-nano, made from this file alone.

Three kinds of token: the special ones of Qwen's chat format; whole pieces that replies and instructions repeat (so that
a step costs few tokens); and single characters for everything that must be read or copied letter by letter. Numbers
from 0 to 1000 are one token each where they are coordinates (between brackets, commas and spaces as Qwen3-VL writes
them: `[512, 300]`) and single digits everywhere else, so that a click is one choice for x and one for y.

There are no merges: the pre-tokeniser's expression cuts the text and `ignore_merges` takes each cut as it is. The
text is what any Qwen3-VL would write; only the cutting is nano's own.
"""

import re
from functools import cache

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

SPECIALS = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
)
MAX_NUMBER = 1000
_FIRST = r"(?<=\A|[.;:!,] )"
"""Words that open a sentence are pieces only there: elsewhere they may be the name of a button, which is spelled."""
_COORDINATE = r"(?<=\[|, )(?:1000|[1-9]\d{0,2}|0)(?=, |\])"

_POINTED = (
    "mouse_move",
    "left_click",
    "right_click",
    "middle_click",
    "double_click",
    "triple_click",
    "left_click_drag",
    "scroll",
    "hscroll",
)
_REPLY = (
    '{"thought": "',
    *(f'", "action": "{action}", "coordinate": ' for action in _POINTED),
    '", "action": "type", "text": "',
    '", "action": "answer", "text": "',
    '", "action": "key", "keys": ["',
    '", "action": "wait", "time": ',
    '", "action": "terminate", "status": "',
    "success",
    "failure",
    ', "coordinate2": ',
    ', "pixels": ',
    '[{"label": "',
    '", "point_2d": ',
    ', "bbox_2d": ',
    "]}]",
    "[]",
    '"]}',
    '"}',
    "]}",
    ", ",
    "[",
    '\\"',
)
_VERBS = """
Click Focus Type Tick Untick Choose Open Drag Hover Double-click Right-click Middle-click Triple-click
""".split()
_NAMED = tuple(f"{verb} {quote}" for verb in _VERBS for quote in ('"', '\\"', "the"))
_THOUGHTS = (*_NAMED, "Finished", "Answer", "Wait", "Press ", "Scroll ")
_COLOURS = """
red green blue yellow orange purple black pink cyan gray white brown magenta lime olive navy teal maroon aqua fuchsia
grey
""".split()
_SHAPES = "circle square triangle rectangle star cross diamond icon letter digit tile".split()
_WORDS = """
a and at box button by called check checkbox click dialog double down drag enter field fill find
first focus for from go has hover in input into is it item labelled labeled left line link list mark
marked menu mouse named next of off on open option or out over page pick please point pointer press
put radio read right row column says scroll second select set shape step submit switch tab table tap
text that the then this tick to type until untick up use value where which with word write your
entry name titled cell slider as does key me title heading turn uncheck hit push form what make sure
ticked change cursor say clear complete want bar holds stands under symbol enable deselect remove
disable not dropdown textbox twice quickly context without clicking slide bit further more scrolling
inside keyboard written words are contain entered have shown clicks current content it's thumb
field's number yes no many there shown small large big little colored items shapes called chosen selected
checked empty thing control nothing been
""".split()
_STARTS = """
Click Press Tap Select Choose Pick Enter Type Fill Put Write Tick Untick Check Uncheck Focus Open
Close Hover Drag Scroll Read What Which Find Go Hit Use Set Mark Please Then Finally Switch Move
Double Right Wait Follow Push Activate Point Now Clear Turn Give Start Submit In On At With click
press tap select choose pick enter type fill put tick untick check uncheck open show do tell change
make complete enable disable deselect remove strike slide want push hit use set mark follow switch
go turn clear focus find read what which scroll hover drag then Do Show Tell Change Make Complete
Enable Disable Deselect Remove Strike Slide I Under For Does How Say Locate Count Is Has Can Name
""".split()


def whole_words() -> list[str]:
    """Lower-case words that are one token behind a blank."""
    return [word for word in (*_WORDS, *_COLOURS, *_SHAPES) if word.isalpha()]


def pieces() -> list[str]:
    """Every text that is one token, longest first."""
    words = [" " + word for word in (*_WORDS, *_COLOURS, *_SHAPES)]
    steps = [f"\nStep {number}: " for number in range(1, 31)]
    roles = ["user\n", "assistant\n", "system\n"]
    found = {*_REPLY, *_THOUGHTS, *words, *_STARTS, *steps, *roles}
    return sorted(found, key=lambda text: (-len(text), text))


def expression(*, whole_numbers: bool = True) -> str:
    """The pre-tokeniser's cuts: pieces, coordinates, then single characters. A word counts only when it is whole."""
    options = [_COORDINATE] if whole_numbers else []
    for piece in pieces():
        tail = r"(?![A-Za-z])" if piece[-1].isalpha() else ""
        head = _FIRST if piece in _STARTS else r"(?<![A-Za-z])" if piece[0].isalpha() else ""
        options.append(head + re.escape(piece).replace(r"\ ", " ") + tail)
    return "|".join([*options, r"[\s\S]"])


def build(*, whole_numbers: bool = True) -> Tokenizer:
    """The tokenizer, ready to be saved as tokenizer.json; without `whole_numbers`, coordinates are cut into digits, to
    compare with."""
    cut = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    whole = ["".join(part for part, _ in cut.pre_tokenize_str(piece)) for piece in pieces()]
    numbers = [str(number) for number in range(MAX_NUMBER + 1)]
    entries = dict.fromkeys([*alphabet, *whole, *numbers])
    tokenizer = Tokenizer(
        models.BPE(vocab={text: index for index, text in enumerate(entries)}, merges=[], ignore_merges=True)
    )
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(expression(whole_numbers=whole_numbers)), "isolated"), cut]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(text, special=True, normalized=False) for text in SPECIALS])
    return tokenizer


@cache
def number_ids() -> tuple[int, ...]:
    """The token of each coordinate, 0 to 1000."""
    vocab = build().get_vocab()
    return tuple(vocab[str(number)] for number in range(MAX_NUMBER + 1))
