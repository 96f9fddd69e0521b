"""Drawings of some of the demo's products, so that its shop has pictures."""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import Image, ImageDraw

Draw = ImageDraw.ImageDraw


def drawing_of(name: str) -> bytes | None:
    """A PNG of 480 × 360 pixels; None for what nobody has drawn."""
    if (found := DRAWINGS.get(name)) is None:
        return None
    background, draw = found
    picture = Image.new("RGB", (480, 360), background)
    draw(ImageDraw.Draw(picture))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def _cup(draw: Draw) -> None:
    draw.ellipse((295, 150, 365, 230), outline="#f8fafc", width=16)
    draw.rounded_rectangle((150, 120, 320, 270), 36, fill="#f8fafc")
    draw.ellipse((165, 108, 305, 146), fill="#5b3a29")
    draw.rounded_rectangle((120, 280, 350, 296), 8, fill="#f8fafc")


def _bottle(draw: Draw) -> None:
    draw.rounded_rectangle((185, 130, 295, 330), 24, fill="#b45309")
    draw.polygon(((185, 150), (220, 80), (260, 80), (295, 150)), fill="#b45309")
    draw.rounded_rectangle((216, 36, 264, 92), 6, fill="#b45309")
    draw.rounded_rectangle((212, 24, 268, 46), 6, fill="#facc15")
    draw.rectangle((185, 180, 295, 260), fill="#facc15")


def _shirt(draw: Draw) -> None:
    corners = ((170, 70), (310, 70), (400, 130), (365, 190), (320, 165), (320, 320), (160, 320), (160, 165), (115, 190))
    draw.polygon((*corners, (80, 130)), fill="#1d4ed8")
    draw.ellipse((205, 40, 275, 100), fill="#dbeafe")


def _cake(draw: Draw) -> None:
    draw.polygon(((110, 240), (370, 240), (370, 290), (110, 290)), fill="#d6a15f")
    draw.polygon(((110, 180), (370, 140), (370, 240), (110, 240)), fill="#f3d9a4")
    draw.polygon(((110, 180), (250, 110), (370, 140)), fill="#b45f2a")


DRAWINGS: dict[str, tuple[str, Callable[[Draw], None]]] = {
    "Filter coffee": ("#7f8ea3", _cup),
    "Club Mate": ("#fef3c7", _bottle),
    "T-shirt": ("#dbeafe", _shirt),
    "Apple cake": ("#fce7d6", _cake),
}
