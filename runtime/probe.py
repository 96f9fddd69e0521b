"""A health check for containers: `python -m runtime.probe URL` exits with 0 where the URL answers 200.

The Host header is the first name in ALLOWED_HOSTS. The request says that it came by HTTPS, as the front's requests do:
otherwise it would be redirected to that name. The certificate is not verified, since the request goes to the same
container.
"""

import os
import ssl
import sys
import urllib.request

headers = {"Host": os.environ["ALLOWED_HOSTS"].split(",")[0].strip(), "X-Forwarded-Proto": "https"}
request = urllib.request.Request(sys.argv[1], headers=headers)  # noqa: S310
trust_ourselves = ssl._create_unverified_context()  # noqa: S323
with urllib.request.urlopen(request, timeout=5, context=trust_ourselves) as answer:  # noqa: S310
    sys.exit(answer.status != 200)
