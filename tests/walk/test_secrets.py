"""No file of any run holds a secret; whole: `python -m tests.walk.leaks --secrets 20 --runs 100`."""

import os
import random

import pytest

from tests.walk.leaks import canaries, forms, measure, read_images, search

pytestmark = pytest.mark.browser

NUM_SECRETS = int(os.environ.get("SECRET_TEST_SECRETS", "2"))
NUM_RUNS = int(os.environ.get("SECRET_TEST_RUNS", "8"))
NUM_IMAGES = int(os.environ.get("SECRET_TEST_IMAGES", "4"))


@pytest.mark.slow
def test_no_file_of_any_run_holds_a_secret(tmp_path, chromium):
    tally = measure(NUM_SECRETS, NUM_RUNS, NUM_IMAGES, tmp_path, chromium)
    assert tally.runs == NUM_SECRETS * NUM_RUNS
    assert tally.typed >= tally.runs // 4, "the pages must have had the secrets"
    assert tally.refused >= tally.runs // 4
    assert tally.read
    assert tally.found == ()


def test_the_search_finds_what_is_there(tmp_path):
    secrets = canaries(8, random.Random(1))
    for name, value in secrets.items():
        for number, form in enumerate(set(forms(value))):
            (tmp_path / f"{name}-{number}.txt").write_bytes(b"x" + form + b"y")
    num_files, _, found = search(secrets, tmp_path)
    assert num_files == len({line.rsplit(" in ")[1] for line in found})


@pytest.mark.slow
def test_ocr_reads_what_is_there(tmp_path):
    from PIL import Image, ImageDraw, ImageFont

    secrets = canaries(1, random.Random(1))
    picture = Image.new("RGB", (352, 288), "white")
    ImageDraw.Draw(picture).text((4, 90), secrets["S0"], fill="black", font=ImageFont.load_default(16))
    picture.save(tmp_path / "one.png")
    assert read_images(secrets, [tmp_path / "one.png"])
