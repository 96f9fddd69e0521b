"""Pictures of products: written anew, small, without metadata. Hostile files are refused before they cost anything."""

from __future__ import annotations

import io
import resource
import struct
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import SimpleTestCase
from django.urls import reverse
from PIL import Image

from shop.models import Picture, Product
from shop.products.errors import PictureTooLarge, PictureUnreadable
from shop.products.pictures import LARGEST_SIDE, MOST_BYTES, made_small
from tests.base import MoneyTestCase
from tests.cast import person

from .goods import a_product, a_seller


def a_picture(kind: str = "JPEG", size: tuple[int, int] = (1600, 900), mode: str = "RGB", **more: object) -> bytes:
    """With a colour of its own in every corner."""
    picture = Image.radial_gradient("L").resize(size).convert(mode)
    written = io.BytesIO()
    picture.save(written, kind, **more)
    return written.getvalue()


def with_where() -> bytes:
    """A photograph that says who made it and where, and was held upright."""
    exif = Image.Exif()
    exif[0x010F] = "SECRET CAMERA"
    exif[0x0112] = 6  # turned by 90 degrees
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 30.0, 0.0), 3: "E", 4: (13.0, 24.0, 0.0)})
    return a_picture(exif=exif, comment=b"SECRET COMMENT")


def a_bomb(width: int = 50_000, height: int = 50_000) -> bytes:
    """A PNG of a few kilobytes that unpacks to `width` × `height` pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 10_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


class APicture(SimpleTestCase):
    def test_is_small_and_webp_whatever_it_was(self) -> None:
        for kind, mode in (
            ("JPEG", "RGB"),
            ("JPEG", "CMYK"),
            ("JPEG", "L"),
            ("PNG", "P"),
            ("PNG", "RGBA"),
            ("WEBP", "RGB"),
            ("PNG", "1"),
            ("PNG", "I;16"),
        ):
            with self.subTest(kind, mode=mode):
                if mode == "I;16":
                    written = io.BytesIO()
                    Image.new("I;16", (900, 700), 40_000).save(written, "PNG")
                    file = written.getvalue()
                else:
                    file = a_picture(kind, mode=mode)
                small = Image.open(io.BytesIO(made_small(file)))
                self.assertEqual((small.format, max(small.size)), ("WEBP", LARGEST_SIDE))

    def test_keeps_what_is_small_already(self) -> None:
        small = Image.open(io.BytesIO(made_small(a_picture("PNG", (30, 20)))))
        self.assertEqual(small.size, (30, 20))

    def test_loses_where_it_was_taken_and_stays_upright(self) -> None:
        file = with_where()
        self.assertIn(b"SECRET CAMERA", file)
        written = made_small(file)
        small = Image.open(io.BytesIO(written))
        self.assertEqual(small.size, (360, 640))
        self.assertEqual(
            (dict(small.getexif()), small.info.get("xmp"), small.info.get("icc_profile")), ({}, None, None)
        )
        for secret in (b"SECRET", b"EXIF", b"XMP ", b"ICCP"):
            self.assertNotIn(secret, written)

    def test_loses_text_of_a_png(self) -> None:
        from PIL.PngImagePlugin import PngInfo

        info = PngInfo()
        info.add_text("Author", "SECRET")
        self.assertNotIn(b"SECRET", made_small(a_picture("PNG", (90, 90), pnginfo=info)))

    def test_that_holds_a_second_format_keeps_its_pixels_alone(self) -> None:
        script = b"<script>alert(1)</script>"
        for file in (a_picture() + script, a_picture("PNG") + b"PK\x03\x04" + script, a_picture(comment=script)):
            self.assertNotIn(b"<script", made_small(file))

    def test_is_its_first_frame_alone(self) -> None:
        frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue", "green")]
        written = io.BytesIO()
        frames[0].save(written, "WEBP", save_all=True, append_images=frames[1:])
        small = Image.open(io.BytesIO(made_small(written.getvalue())))
        self.assertEqual(getattr(small, "n_frames", 1), 1)

    def test_that_is_none_is_refused(self) -> None:
        whole = a_picture()
        for name, file in {
            "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
            "GIF": a_picture("GIF", (64, 64), mode="P"),
            "GIF of many frames": a_gif_bomb(),
            "HTML with the first bytes of a GIF": b"GIF89a<script>alert(1)</script>",
            "TIFF": a_picture("TIFF", (64, 64)),
            "BMP": a_picture("BMP", (64, 64)),
            "EPS, which runs a program": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
            "truncated": whole[: len(whole) // 2],
            "first bytes alone": whole[:20],
            "damaged": a_picture("PNG")[:60] + b"\xff" * 500,
            "nothing": b"",
            "zeros": bytes(5000),
        }.items():
            with self.subTest(name), self.assertRaises(PictureUnreadable):
                made_small(file)

    def test_that_unpacks_to_more_than_fits_is_refused_before_it_is_unpacked(self) -> None:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for width, height in ((50_000, 50_000), (5_001, 5_000), (2**31 - 1, 2**31 - 1), (25_000_001, 1)):
            with self.subTest(f"{width} × {height}"), self.assertRaises((PictureTooLarge, PictureUnreadable)):
                made_small(a_bomb(width, height))
        with self.assertRaises(PictureTooLarge):
            made_small(a_bomb(5_001, 5_000))
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before  # kilobytes
        self.assertLess(grown, 100_000)

    def test_of_too_many_bytes_is_refused_unread(self) -> None:
        with self.assertRaises(PictureTooLarge):
            made_small(b"\xff\xd8\xff" + bytes(MOST_BYTES))


def a_gif_bomb() -> bytes:
    written = io.BytesIO()
    frames = [Image.new("P", (500, 500), number) for number in range(200)]
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:])
    return written.getvalue()


class PicturePages(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.mate = a_product()
        self.client.force_login(a_seller())
        self.address = reverse("shop:selling_product", args=[self.mate.product.reference])

    def upload(self, file: bytes, name: str = "x.jpg", kind: str = "image/jpeg") -> int:
        typed = {"step": "picture", "picture-picture": SimpleUploadedFile(name, file, kind)}
        return self.client.post(self.address, typed).status_code

    def test_store_one_and_serve_it_to_everybody_for_ever(self) -> None:
        self.assertEqual(self.upload(with_where()), 302)
        self.assertEqual(self.upload(with_where()), 302)
        picture = Picture.objects.get()
        self.assertEqual(Product.objects.get().picture, picture.digest)
        self.client.logout()
        answer = self.client.get(reverse("shop:picture", args=[picture.digest]))
        self.assertEqual(answer.content, bytes(picture.content))
        self.assertEqual(answer["Content-Type"], "image/webp")
        self.assertEqual(answer["Cache-Control"], "public, max-age=31536000, immutable")
        self.assertEqual(answer["X-Content-Type-Options"], "nosniff")
        self.assertIn("default-src 'none'", answer["Content-Security-Policy"])
        self.assertFalse(answer.cookies)
        self.assertNotIn("Cookie", answer.get("Vary", ""))
        with self.assertNumQueries(1):
            self.client.get(reverse("shop:picture", args=[picture.digest]))

    def test_refuse_hostile_files_with_what_to_do(self) -> None:
        self.assertEqual(self.upload(b"<svg/>", "x.svg", "image/svg+xml"), 422)
        self.assertEqual(self.upload(a_bomb(6_000, 6_000), "x.png", "image/png"), 422)
        self.assertFalse(Picture.objects.exists())
        for name in ("0" * 64, "x", "..%2f..%2fetc%2fpasswd"):
            self.assertEqual(self.client.get(f"/shop/pictures/{name}.webp").status_code, 404)

    def test_remove_one_and_keep_who_did_it(self) -> None:
        self.upload(with_where())
        self.client.post(self.address, {"step": "no_picture"})
        product = Product.objects.get()
        self.assertEqual((product.picture, product.changes.latest("pk").what), ("", "Picture removed"))

    def test_a_picture_is_what_its_name_says(self) -> None:
        self.upload(with_where())
        self.assert_refused("INSERT INTO shop_picture (digest, content) VALUES (repeat('0', 64), 'x')")
        self.assert_refused("UPDATE shop_picture SET content = 'x'")

    def test_of_another_seller_are_not_changed(self) -> None:
        self.client.force_login(a_seller("stage"))
        self.assertEqual(self.upload(with_where()), 404)
        self.client.force_login(person("alice"))
        self.assertEqual(self.upload(with_where()), 403)
        self.assertFalse(Picture.objects.exists())
