# One image for every process of docker-compose.yml. The command decides which process a container runs.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 STATIC_ROOT=/srv/staticfiles
WORKDIR /srv/wallet

COPY requirements.txt .
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements.txt

COPY . .
# The settings demand these values even for collectstatic. They are placeholders, and exist only during this command.
RUN DATABASE_URL=postgres://none@none/none SECRET_KEY=only-for-collecting-static-files-0 \
    PIN_PEPPER=only-for-collecting-static-files-0 python manage.py collectstatic --no-input --verbosity=0 \
 && useradd --system --uid 10001 wallet && mkdir /srv/front /srv/witness && chown wallet /srv/front /srv/witness

USER wallet
