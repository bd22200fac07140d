"""Pictures: taken in by content, rebuilt from pixels so that nothing else survives, fitted to each channel's rules.

The master is a PNG made of pixels alone; its SHA-256 is the picture's name everywhere. Everything here is
deterministic: the same bytes in give the same bytes out, so that an approval's digest holds.
"""

import hashlib
import math
import struct
import warnings
import zlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from threading import Lock

from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps, ImageStat

from adapters.base import PictureRules

WHITE = (255, 255, 255)
_FORMATS = ("JPEG", "PNG", "WEBP")
# What Pillow's decoders raise at broken or hostile files.
_BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    OverflowError,
    IndexError,
    KeyError,
    TypeError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
_LARGEST = 40_000_000
_QUALITIES = (90, 85, 80, 75, 70, 65, 60)
_CARD_SIDE = 1080
_HASH_SIDE = 8
_SHARPNESS_SIDE = 512
# The parts of a PNG that hold pixels, and nothing else.
_PIXELS = frozenset({b"IHDR", b"IDAT", b"IEND"})
# A page of ours is no wider, and is opened over a telephone network.
_SCREEN = PictureRules(max_bytes=300_000, max_side=1000, max_count=1)
# Bytes of renditions, in memory only.
_REMEMBERED = 48_000_000

Image.MAX_IMAGE_PIXELS = _LARGEST
# Pillow only warns up to twice the limit.
warnings.simplefilter("error", Image.DecompressionBombWarning)


class PictureRefused(Exception):
    """The picture may not be used. `code` is short and safe to log; `remedy` tells a person what to do."""

    def __init__(self, code: str, remedy: str) -> None:
        super().__init__(code)
        self.code = code
        self.remedy = remedy


@dataclass(frozen=True, kw_only=True)
class PictureLimits:
    """What is taken in at all. Sizes in bytes and pixels."""

    max_bytes: int = 20_000_000
    max_pixels: int = _LARGEST
    min_side: int = 32


@dataclass(frozen=True, kw_only=True)
class Cleaned:
    """A picture made of pixels alone: upright, RGB, one frame, as a PNG without any further chunk."""

    master: bytes
    sha256: str
    width: int
    height: int


def clean(data: bytes, limits: PictureLimits | None = None, *, scan: Callable[[bytes], None] | None = None) -> Cleaned:
    """The picture rebuilt from its pixels. Raises PictureRefused for anything that is not one still picture.

    `scan` looks at the bytes before they are decoded, and raises PictureRefused for what it does not let pass.
    """
    limits = limits or PictureLimits()
    if len(data) > limits.max_bytes:
        raise PictureRefused("picture-too-large", f"Use a file of at most {limits.max_bytes // 1_000_000} MB.")
    if scan is not None:
        scan(data)
    pixels = _rebuilt(_decoded(data, limits))
    if min(pixels.size) < limits.min_side:
        raise PictureRefused("picture-too-small", f"Use a picture of at least {limits.min_side} pixels each way.")
    master = _png(pixels)
    return Cleaned(master=master, sha256=hashlib.sha256(master).hexdigest(), width=pixels.width, height=pixels.height)


def kept(master: bytes) -> Cleaned:
    """What `clean` made, as it comes back from where it was kept. Raises PictureRefused for anything else."""
    try:
        with Image.open(BytesIO(master), formats=("PNG",)) as probe:
            width, height = probe.size
        parts = _png_chunks(master)
    except _BROKEN:
        raise PictureRefused("not-a-picture", "Upload the picture again.") from None
    if not parts <= _PIXELS:
        raise PictureRefused("more-than-pixels", "Upload the picture again.")
    return Cleaned(master=master, sha256=hashlib.sha256(master).hexdigest(), width=width, height=height)


def rendition(master: bytes, rules: PictureRules) -> bytes:
    """A JPEG of the master within a channel's rules. Where the shape does not fit, white is added, nothing cut."""
    return _RENDITIONS.of(master, rules)


def for_screen(sha256: str, read: Callable[[], bytes]) -> bytes:
    """A small JPEG of a picture by its name, to be looked at on a page of ours; read only where it is not at hand."""
    return _RENDITIONS.named(sha256, read, _SCREEN)


class _Renditions:
    """Those made last, by what they are made of: the same pixels and rules always give the same bytes."""

    def __init__(self, *, most: int) -> None:
        self._lock, self._most = Lock(), most
        self._made: OrderedDict[tuple[str, PictureRules], bytes] = OrderedDict()

    def of(self, master: bytes, rules: PictureRules) -> bytes:
        return self.named(hashlib.sha256(master).hexdigest(), lambda: master, rules)

    def named(self, sha256: str, read: Callable[[], bytes], rules: PictureRules) -> bytes:
        key = (sha256, rules)
        with self._lock:
            found = self._made.get(key)
            if found is not None:
                self._made.move_to_end(key)
                return found
        made = _rendition(read(), rules)
        with self._lock:
            self._made[key] = made
            while self.size > self._most:
                self._made.popitem(last=False)
        return made

    @property
    def size(self) -> int:
        return sum(len(each) for each in self._made.values())


_RENDITIONS = _Renditions(most=_REMEMBERED)


def _rendition(master: bytes, rules: PictureRules) -> bytes:
    if rules.media_type != "image/jpeg":
        raise PictureRefused("rendition-type", "Only JPEG renditions are made; correct the channel's picture rules.")
    pixels = _rebuilt(_decoded(master, PictureLimits(max_bytes=len(master), min_side=1)))
    side = rules.max_side
    while side >= max(rules.min_side, 64):
        fitted = _fitted(pixels, rules, side)
        for quality in _QUALITIES:
            encoded = _jpeg(fitted, quality)
            if len(encoded) <= rules.max_bytes:
                return encoded
        side = max(fitted.size) * 4 // 5
    raise PictureRefused("picture-too-detailed", "Use a simpler or smaller picture; it does not fit into the channel.")


def dhash(data: bytes) -> int:
    """64 bits that stay nearly the same when a picture is scaled or saved again; compare with `apart`."""
    small = _shown(data).convert("L").resize((_HASH_SIDE + 1, _HASH_SIDE), Image.Resampling.LANCZOS)
    grey = small.tobytes()
    bits = 0
    for row in range(_HASH_SIDE):
        for column in range(_HASH_SIDE):
            at = row * (_HASH_SIDE + 1) + column
            bits = bits << 1 | (grey[at] > grey[at + 1])
    return bits


def apart(one: int, other: int) -> int:
    """In how many of 64 bits two hashes differ: 0 to 3 is the same picture, above 12 another."""
    return (one ^ other).bit_count()


def sharpness_hint(data: bytes) -> float:
    """The variance of the Laplacian at 512 pixels: the lower, the greater the risk of misidentification (6.2)."""
    grey = _shown(data).convert("L")
    grey.thumbnail((_SHARPNESS_SIDE, _SHARPNESS_SIDE), Image.Resampling.LANCZOS)
    edges = grey.filter(ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128))
    # Pillow leaves the outermost pixels unfiltered.
    return float(ImageStat.Stat(edges.crop((1, 1, edges.width - 1, edges.height - 1))).var[0])


def neutral_card(title: str, council: str, marker: str) -> bytes:
    """A picture that shows nobody, for a channel that will not post without one; a master like any other."""
    card = Image.new("RGB", (_CARD_SIDE, _CARD_SIDE), WHITE)
    draw = ImageDraw.Draw(card)
    margin = 96
    ink, quiet = (11, 12, 12), (80, 90, 95)
    draw.rectangle((0, 0, _CARD_SIDE, 28), fill=ink)
    draw.rectangle((0, _CARD_SIDE - 28, _CARD_SIDE, _CARD_SIDE), fill=ink)
    top = _written(draw, council, size=52, top=margin + 32, fill=quiet)
    draw.rectangle((margin, top + 36, margin + 160, top + 44), fill=ink)
    _written(draw, title, size=104, top=top + 120, fill=ink)
    draw.text((margin, _CARD_SIDE - margin - 32), marker, font=_font(44), fill=quiet, anchor="ls")
    return _png(card)


def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size=size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


def _written(draw: ImageDraw.ImageDraw, words: str, *, size: int, top: int, fill: tuple[int, int, int]) -> int:
    """Write words from the left, in as many lines as they need; returns where the next thing may stand."""
    margin, font = 96, _font(size)
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and draw.textlength(longer, font=font) <= _CARD_SIDE - 2 * margin:
            lines[-1] = longer
        else:
            lines.append(word)
    for line in lines:
        draw.text((margin, top), line, font=font, fill=fill, anchor="la")
        top += size * 5 // 4
    return top


def _decoded(data: bytes, limits: PictureLimits) -> Image.Image:
    """The picture, decoded and upright. What a file is, its content says: never its name."""
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as probe:
            width, height = probe.size
            frames = 1 if probe.format == "MPO" else getattr(probe, "n_frames", 1)
            mode = probe.mode
            probe.verify()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels(limits) from None
    except _BROKEN:
        raise PictureRefused("not-a-picture", "Use an undamaged JPEG, PNG or WebP file.") from None
    if width * height > limits.max_pixels:
        raise _too_many_pixels(limits)
    if frames > 1:
        raise PictureRefused("picture-moves", "Use a still picture; animations are not published.")
    if mode.startswith(("I", "F")):
        raise PictureRefused("picture-depth", "Save the picture with 8 bits per colour.")
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as picture:
            picture.load()
            # Before the orientation goes with the rest of the metadata: else phone photos lie on their side.
            return ImageOps.exif_transpose(picture)
    except _BROKEN:
        raise PictureRefused("not-a-picture", "Use an undamaged JPEG, PNG or WebP file.") from None


def _too_many_pixels(limits: PictureLimits) -> PictureRefused:
    return PictureRefused("picture-too-large", f"Use a picture of at most {limits.max_pixels // 1_000_000} megapixels.")


def _shown(data: bytes) -> Image.Image:
    return _rebuilt(_decoded(data, PictureLimits(max_bytes=len(data), min_side=1)))


def _rebuilt(picture: Image.Image) -> Image.Image:
    """A new RGB picture with these pixels and nothing else; what was transparent is white."""
    if picture.has_transparency_data:
        layered = picture.convert("RGBA")
        flat = Image.new("RGBA", layered.size, (*WHITE, 255))
        flat.alpha_composite(layered)
        picture = flat
    rgb = picture.convert("RGB")
    return Image.frombytes("RGB", rgb.size, rgb.tobytes())


def _fitted(pixels: Image.Image, rules: PictureRules, side: int) -> Image.Image:
    """The picture on a white canvas of an allowed shape, no side longer than `side`."""
    width, height = _canvas(*pixels.size, rules)
    shrink = min(1.0, side / max(width, height))
    width, height = max(1, int(width * shrink)), max(1, int(height * shrink))
    width, height = _canvas(width, height, rules)
    if max(width, height) > rules.max_side:
        raise PictureRefused("picture-shape", "Use a picture that is less narrow; it does not fit into the channel.")
    inner = (max(1, int(pixels.width * shrink)), max(1, int(pixels.height * shrink)))
    scaled = pixels if inner == pixels.size else pixels.resize(inner, Image.Resampling.LANCZOS)
    if scaled.size == (width, height):
        return scaled
    canvas = Image.new("RGB", (width, height), WHITE)
    canvas.paste(scaled, ((width - scaled.width) // 2, (height - scaled.height) // 2))
    return canvas


def _canvas(width: int, height: int, rules: PictureRules) -> tuple[int, int]:
    """The smallest canvas around a picture that keeps the ratio and the shortest side of the rules."""
    width, height = max(width, rules.min_side), max(height, rules.min_side)
    if width / height < rules.min_ratio:
        width = math.ceil(height * rules.min_ratio)
    elif width / height > rules.max_ratio:
        height = math.ceil(width / rules.max_ratio)
    return width, height


def _png(pixels: Image.Image) -> bytes:
    file = BytesIO()
    pixels.save(file, format="PNG", compress_level=6)
    return _bare(file.getvalue())


def _jpeg(pixels: Image.Image, quality: int) -> bytes:
    file = BytesIO()
    pixels.save(file, format="JPEG", quality=quality, subsampling=2, progressive=False, optimize=False)
    return _bare(file.getvalue())


def _bare(encoded: bytes) -> bytes:
    """The file, once shown to hold pixels and what decoding them needs, and nothing else."""
    parts = _png_chunks(encoded) if encoded.startswith(b"\x89PNG") else _jpeg_segments(encoded)
    assert parts <= _PIXELS | {b"\xe0", b"\xdb", b"\xc0", b"\xc4", b"\xda"}, "metadata survived"
    with Image.open(BytesIO(encoded), formats=_FORMATS) as again:
        kept = set(again.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not kept, "metadata survived"
        assert not again.getexif(), "metadata survived"
    return encoded


def _png_chunks(encoded: bytes) -> set[bytes]:
    found, at = set(), 8
    while at < len(encoded):
        (length,) = struct.unpack(">I", encoded[at : at + 4])
        found.add(encoded[at + 4 : at + 8])
        at += length + 12
    return found


def _jpeg_segments(encoded: bytes) -> set[bytes]:
    """The markers up to the compressed pixels, which in our own files run to the end."""
    found, at = set(), 2
    while b"\xda" not in found:
        found.add(encoded[at + 1 : at + 2])
        (length,) = struct.unpack(">H", encoded[at + 2 : at + 4])
        at += length + 2
    return found
