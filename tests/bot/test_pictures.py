"""Pictures: nothing but pixels survives, hostile files are refused by name, renditions keep each channel's rules."""

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from PIL import Image, ImageCms, ImageDraw, ImageFilter, PngImagePlugin

from adapters.base import PictureRules
from bot.pictures import (
    Cleaned,
    PictureLimits,
    PictureRefused,
    _rendition,
    _Renditions,
    apart,
    clean,
    dhash,
    kept,
    neutral_card,
    rendition,
    sharpness_hint,
)

PLANTED = b"PLANTED-BY-A-CAMERA"
RULES = PictureRules(max_bytes=400_000, max_side=1440, max_count=1, min_side=320, min_ratio=0.8, max_ratio=1.91)


def scene(width: int = 400, height: int = 300, mode: str = "RGB") -> Image.Image:
    """A drawing with a light and a dark side, edges, and a red mark in its top left corner."""
    drawn = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    pen = ImageDraw.Draw(drawn)
    for at in range(0, width, 24):
        pen.line((at, height // 3, width - at, height - 1), fill=(at % 255, 60, 200), width=3)
    pen.ellipse((width // 4, height // 4, width // 2, height // 2), fill=(240, 220, 180))
    pen.rectangle((0, 0, width // 8, height // 8), fill=(255, 0, 0))
    return drawn.convert(mode)


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    file = BytesIO()
    picture.save(file, format=kind, **options)
    return file.getvalue()


def planted_exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = PLANTED.decode()
    exif[0x0112] = 1
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2] = "N", (51.0, 26.0, 47.0)
    gps[0x1D] = PLANTED.decode()
    return exif


def icc() -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile + PLANTED


def png_with_text() -> bytes:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", PLANTED.decode())
    text.add_itxt("XML:com.adobe.xmp", f"<x>{PLANTED.decode()}</x>")
    return encoded(scene(), "PNG", pnginfo=text, exif=planted_exif(), icc_profile=icc())


LADEN = {
    "jpeg": lambda: encoded(
        scene(), "JPEG", exif=planted_exif(), comment=PLANTED, icc_profile=icc(), xmp=b"<x>" + PLANTED + b"</x>"
    ),
    "png": png_with_text,
    "webp": lambda: encoded(scene(), "WEBP", exif=planted_exif(), icc_profile=icc(), xmp=b"<x>" + PLANTED + b"</x>"),
    "jpeg with a tail": lambda: encoded(scene(), "JPEG") + PLANTED * 20,
    "png with a tail": lambda: encoded(scene(), "PNG") + PLANTED * 20,
}


class TestClean:
    @pytest.mark.parametrize("kind", LADEN)
    def test_nothing_planted_survives_in_master_or_rendition(self, kind: str):
        laden = LADEN[kind]()
        assert PLANTED in laden
        cleaned = clean(laden)
        fitted = rendition(cleaned.master, RULES)
        for each in (cleaned.master, fitted):
            assert PLANTED not in each
            assert b"Exif" not in each
            assert b"ICC" not in each
            with Image.open(BytesIO(each)) as again:
                assert not again.getexif()
                assert not {"exif", "icc_profile", "comment", "xmp", "XML:com.adobe.xmp"} & set(again.info)

    def test_the_same_bytes_give_the_same_master_and_another_picture_another(self):
        laden = LADEN["jpeg"]()
        one, two, other = clean(laden), clean(laden), clean(encoded(scene(401), "JPEG"))
        assert one == two
        assert one.sha256 != other.sha256
        assert rendition(one.master, RULES) == rendition(two.master, RULES)

    def test_a_clean_master_is_its_own_master(self):
        first = clean(LADEN["png"]())
        assert clean(first.master) == first

    @pytest.mark.parametrize(("orientation", "corner"), [(1, (5, 5)), (3, (5, 5)), (6, (5, 5)), (8, (5, 5))])
    def test_a_phone_photo_stands_upright(self, orientation: int, corner: tuple[int, int]):
        turn = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
        stored = scene() if turn[orientation] is None else scene().transpose(turn[orientation])
        exif = Image.Exif()
        exif[0x0112] = orientation
        cleaned = clean(encoded(stored, "JPEG", exif=exif, quality=95))
        assert (cleaned.width, cleaned.height) == (400, 300)
        with Image.open(BytesIO(cleaned.master)) as upright:
            red, green, blue = upright.getpixel(corner)
            assert red > 200
            assert green < 60 > blue

    @pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
    def test_what_was_transparent_is_white(self, mode: str):
        picture = Image.new("RGBA", (64, 64), (0, 0, 0, 0)).convert(mode)
        options = {"transparency": picture.getpixel((0, 0))} if mode == "P" else {}
        cleaned = clean(encoded(picture, "PNG", **options))
        with Image.open(BytesIO(cleaned.master)) as flat:
            assert flat.mode == "RGB"
            assert flat.getpixel((10, 10)) == (255, 255, 255)

    @pytest.mark.parametrize("mode", ["1", "L", "CMYK"])
    def test_other_colour_models_become_rgb(self, mode: str):
        kind = "PNG" if mode == "1" else "JPEG"
        with Image.open(BytesIO(clean(encoded(scene(mode=mode), kind)).master)) as master:
            assert master.mode == "RGB"

    def test_a_phones_jpeg_with_a_second_picture_inside_gives_its_first(self):
        both = encoded(scene(), "MPO", save_all=True, append_images=[scene(100, 100)])
        cleaned = clean(both)
        assert (cleaned.width, cleaned.height) == (400, 300)


def bomb(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 999)) + chunk(b"IEND", b"")
    )


REFUSED = {
    "empty": (lambda: b"", "not-a-picture"),
    "a page": (lambda: b"<html><script>alert(1)</script></html>", "not-a-picture"),
    "an SVG": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"></svg>', "not-a-picture"),
    "a GIF": (lambda: encoded(scene(), "GIF"), "not-a-picture"),
    "a TIFF": (lambda: encoded(scene(), "TIFF"), "not-a-picture"),
    "a BMP": (lambda: encoded(scene(), "BMP"), "not-a-picture"),
    "a JPEG cut short": (lambda: encoded(scene(), "JPEG")[:2000], "not-a-picture"),
    "a PNG cut short": (lambda: encoded(scene(), "PNG")[:-400], "not-a-picture"),
    "a PNG whose first chunk lies": (lambda: encoded(scene(), "PNG").replace(b"IHDR", b"IHDX"), "not-a-picture"),
    "an animated WebP": (
        lambda: encoded(scene(), "WEBP", save_all=True, append_images=[scene().rotate(90)]),
        "picture-moves",
    ),
    "an animated PNG": (
        lambda: encoded(scene(), "PNG", save_all=True, append_images=[scene().rotate(90)]),
        "picture-moves",
    ),
    "a bomb twice over the limit": (lambda: bomb(50_000, 50_000), "picture-too-large"),
    "a bomb just over the limit": (lambda: bomb(8_000, 5_001), "picture-too-large"),
    "16 bits of grey": (lambda: encoded(Image.new("I;16", (64, 64)), "PNG"), "picture-depth"),
    "a dot": (lambda: encoded(scene(8, 400), "PNG"), "picture-too-small"),
}


class TestRefusal:
    @pytest.mark.parametrize("kind", REFUSED)
    def test_what_is_not_one_still_picture_is_refused_by_name(self, kind: str):
        make, code = REFUSED[kind]
        with pytest.raises(PictureRefused) as refused:
            clean(make())
        assert refused.value.code == code
        assert refused.value.remedy.endswith(".")

    @pytest.mark.parametrize("limits", [PictureLimits(max_bytes=1000), PictureLimits(max_pixels=100_000)])
    def test_the_limits_given_are_kept(self, limits: PictureLimits):
        with pytest.raises(PictureRefused) as refused:
            clean(encoded(scene(), "PNG"), limits)
        assert refused.value.code == "picture-too-large"

    def test_a_file_with_any_single_byte_damaged_is_cleaned_or_refused_and_nothing_else(self):
        whole = encoded(scene(64, 48), "PNG")
        for at in range(0, len(whole), 7):
            damaged = bytearray(whole)
            damaged[at] ^= 0xFF
            try:
                kept = clean(bytes(damaged))
            except PictureRefused:
                continue
            assert kept.width * kept.height


class TestRendition:
    @pytest.mark.parametrize(
        "size", [(400, 300), (3000, 2000), (2000, 3000), (100, 100), (3000, 500), (500, 3000), (1440, 1440)]
    )
    def test_every_rule_of_the_channel_is_kept(self, size: tuple[int, int]):
        made = rendition(clean(encoded(scene(*size), "PNG")).master, RULES)
        assert len(made) <= RULES.max_bytes
        with Image.open(BytesIO(made)) as fitted:
            assert fitted.format == "JPEG"
            assert max(fitted.size) <= RULES.max_side
            assert min(fitted.size) >= RULES.min_side
            assert RULES.min_ratio <= fitted.width / fitted.height <= RULES.max_ratio

    def test_a_shape_that_does_not_fit_gets_white_and_loses_nothing(self):
        master = clean(encoded(Image.new("RGB", (400, 1000), (0, 0, 200)), "PNG")).master
        with Image.open(BytesIO(rendition(master, RULES))) as fitted:
            assert fitted.size == (800, 1000)
            assert min(fitted.getpixel((50, 500))) > 250
            assert fitted.getpixel((400, 10))[2] > 180
            assert fitted.getpixel((400, 990))[2] > 180

    def test_a_picture_with_much_detail_is_made_smaller_until_it_fits(self):
        noise = Image.effect_noise((900, 900), 120).convert("RGB")
        tight = PictureRules(max_bytes=60_000, max_side=900, max_count=1)
        made = rendition(clean(encoded(noise, "PNG")).master, tight)
        assert len(made) <= 60_000

    @pytest.mark.parametrize(
        ("rules", "code"),
        [
            (PictureRules(max_bytes=500, max_side=900, max_count=1), "picture-too-detailed"),
            (PictureRules(media_type="image/png", max_bytes=500, max_side=900, max_count=1), "rendition-type"),
            (
                PictureRules(max_bytes=500_000, max_side=900, max_count=1, min_side=800, max_ratio=4, min_ratio=2),
                "picture-shape",
            ),
        ],
    )
    def test_what_cannot_be_fitted_is_refused_by_name(self, rules: PictureRules, code: str):
        with pytest.raises(PictureRefused) as refused:
            rendition(clean(encoded(scene(), "PNG")).master, rules)
        assert refused.value.code == code


class TestHints:
    def test_the_same_picture_is_near_and_another_far(self):
        first = encoded(scene(800, 600), "PNG")
        worse = encoded(scene(800, 600), "JPEG", quality=30)
        half = encoded(scene(800, 600).resize((400, 300)), "PNG")
        other = encoded(scene(800, 600).transpose(Image.Transpose.ROTATE_180), "PNG")
        assert apart(dhash(first), dhash(worse)) <= 3
        assert apart(dhash(first), dhash(half)) <= 3
        assert apart(dhash(first), dhash(other)) > 12

    def test_the_more_blurred_the_lower_the_sharpness(self):
        hints = [
            sharpness_hint(encoded(scene(800, 600).filter(ImageFilter.GaussianBlur(radius)), "PNG"))
            for radius in (0, 1, 2, 8)
        ]
        assert hints == sorted(hints, reverse=True)
        assert hints[0] > 4 * hints[2]


class TestNeutralCard:
    def card(self, title: str = "Court outcome", marker: str = "DBC-7K3Q9M-2") -> bytes:
        return neutral_card(title, "Testbury Borough Council", marker)

    def test_it_is_a_master_and_always_the_same(self):
        assert self.card() == self.card()
        assert self.card() != self.card(marker="DBC-7K3Q9M-3")
        kept: Cleaned = clean(self.card())
        assert kept.master == self.card()
        assert (kept.width, kept.height) == (1080, 1080)

    def test_its_words_stay_inside_it_however_many_they_are(self):
        with Image.open(BytesIO(self.card("Successful appeal against an earlier court outcome"))) as card:
            right = card.crop((1080 - 90, 40, 1080, 1040))
            assert right.getextrema() == ((255, 255),) * 3
            assert card.crop((96, 300, 984, 900)).getextrema()[0][0] < 50

    def test_it_fits_instagram_without_white_edges_added(self):
        with Image.open(BytesIO(rendition(self.card(), RULES))) as fitted:
            assert fitted.size == (1080, 1080)


def test_a_master_comes_back_from_where_it_is_kept_without_being_made_again():
    made = clean(encoded(scene(), "JPEG"))
    assert kept(made.master) == made


@pytest.mark.parametrize("data", [b"", b"no picture", encoded(scene(), "JPEG"), png_with_text()])
def test_nothing_that_holds_more_than_pixels_passes_for_a_master(data):
    with pytest.raises(PictureRefused):
        kept(data)


def test_a_rendition_that_is_made_once_is_the_same_as_one_made_anew():
    master = clean(encoded(scene(900, 700), "JPEG")).master
    first, again = rendition(master, RULES), rendition(master, RULES)
    assert again is first
    assert _rendition(master, RULES) == first


def test_renditions_are_remembered_up_to_a_size_and_the_oldest_make_room():
    remembered = _Renditions(most=200_000)
    masters = [clean(encoded(scene(600 + n, 500), "JPEG")).master for n in range(12)]
    first = remembered.of(masters[0], RULES)
    for master in masters[1:]:
        remembered.of(master, RULES)
    assert remembered.size <= 200_000
    again = remembered.of(masters[0], RULES)
    assert again == first
    assert again is not first
