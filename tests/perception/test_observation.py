import numpy as np

from perception.geometry import Size
from perception.observation import Frame, ImageRef, Observation


def test_a_digest_names_pixels_and_shape():
    pixels = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    frame = Frame(pixels=pixels)
    assert frame.size == Size(width=4, height=2)
    assert frame.digest == Frame(pixels=pixels.copy(), time=9.0).digest
    assert frame.digest != Frame(pixels=pixels.reshape(4, 2, 3)).digest
    assert frame.digest != Frame(pixels=pixels + 1).digest


def test_a_view_has_the_digest_of_its_pixels():
    wide = np.zeros((4, 8, 3), np.uint8)
    assert Frame(pixels=wide[:, ::2]).digest == Frame(pixels=np.zeros((4, 4, 3), np.uint8)).digest


def test_an_observation_says_nothing_beside_the_picture_by_default():
    seen = Observation(frame=Frame(pixels=np.zeros((1, 1, 3), np.uint8)))
    assert (seen.url, seen.title, seen.notes) == ("", "", ())


def test_an_image_reference_is_plain_data():
    ref = ImageRef(digest="ab", size=Size(width=1, height=2))
    assert ImageRef.model_validate_json(ref.model_dump_json()) == ref
