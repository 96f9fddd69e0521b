"""Pictures of products. Whatever is uploaded is read, and written anew as a small WebP. Nothing else of it is kept.

So a served picture has no metadata (such as where it was taken), no second format hidden in it, and no script. The
number of pixels is in a file's first bytes, and is compared before any pixel is read: a small file can claim to be a
picture that fills the memory.
"""

from __future__ import annotations

import hashlib
import io
import warnings

from PIL import Image, ImageOps

from .errors import PictureTooLarge, PictureUnreadable
from .models import Picture

FORMATS = ("JPEG", "PNG", "WEBP")  # no SVG, which is a document with scripts, and nothing that is animated for ever
MOST_BYTES = 2_000_000
MOST_PIXELS = 25_000_000  # a phone's photograph has 12 million
LARGEST_SIDE = 640
MOST_BYTES_KEPT = 400_000


def store(file: bytes) -> str:
    """Stores the picture as it will be served, once however often it comes. Returns its digest.

    Raises PictureUnreadable, PictureTooLarge.
    """
    content = made_small(file)
    digest = hashlib.sha256(content).hexdigest()
    Picture.objects.bulk_create([Picture(digest=digest, content=content)], ignore_conflicts=True)
    return digest


def made_small(file: bytes) -> bytes:
    """The first frame of the picture as WebP, with at most LARGEST_SIDE pixels a side and no metadata.

    Raises PictureUnreadable, PictureTooLarge.
    """
    if len(file) > MOST_BYTES:
        raise PictureTooLarge
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own limits are higher or lower than ours; ours is below
            picture = Image.open(io.BytesIO(file), formats=FORMATS)  # reads the first bytes alone
            if picture.width * picture.height > MOST_PIXELS:
                raise PictureTooLarge
            picture.draft("RGB", (2 * LARGEST_SIDE, 2 * LARGEST_SIDE))  # a JPEG is decoded at a fraction of its size
            turned = ImageOps.exif_transpose(picture)  # a phone stores how it was held; this is lost with the metadata
            turned.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
            # A new picture of the pixels alone: `save` would write what the old one carries (EXIF, XMP, a profile).
            plain = Image.new("RGBA" if turned.has_transparency_data else "RGB", turned.size)
            plain.paste(turned.convert(plain.mode))
    except PictureTooLarge:
        raise
    except Exception as error:  # decoders promise OSError, and fail at damaged files in many other ways
        raise PictureUnreadable from error
    small = io.BytesIO()
    plain.save(small, "WEBP", quality=80, method=4)
    if small.tell() > MOST_BYTES_KEPT:
        raise PictureTooLarge
    return small.getvalue()
