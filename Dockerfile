# The portal's image: one for web, worker and beat. Python only, nothing is fetched at run time.
FROM python:3.11-slim AS packages
COPY requirements/base.txt /tmp/base.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r /tmp/base.txt

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home rsoko \
    && install -d -o rsoko -g rsoko /srv/rsoko/var/media
COPY --from=packages /opt/venv /opt/venv
COPY --chown=root:root . /srv/rsoko
WORKDIR /srv/rsoko
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 RSOKO_PRODUCTION=1
# The manifest of static files is part of the image; the key is only for this step.
RUN SECRET_KEY=only-for-collecting-static-files DATABASE_URL=postgres://nowhere/rsoko \
    REDIS_URL=redis://nowhere python manage.py collectstatic --noinput \
    && chown -R rsoko:rsoko var
USER rsoko
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers", \
     "rsoko.wsgi:application"]
