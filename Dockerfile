# One image that serves pages and API (`serve`, the default), plans (`worker`) and brings the schema up to date
# (`migrate`). compose.yaml puts a PostgreSQL beside it; `docker run wasl demo` uses the embedded one.

FROM python:3.13-slim AS packages
WORKDIR /wasl
COPY requirements-uv.lock requirements.lock pyproject.toml ./
RUN python -m venv /uv \
    && /uv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements-uv.lock
# What the service needs and no test tool. Versions and hashes come from the one lock; anything else is refused.
RUN python -m venv --without-pip .venv \
    && /uv/bin/uv pip install --no-cache --compile-bytecode --python .venv/bin/python \
        --require-hashes --constraint requirements.lock --requirement pyproject.toml --group embedded

FROM python:3.13-slim
# A user with a name, since PostgreSQL refuses one without.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /var/lib/wasl --shell /usr/sbin/nologin wasl \
    && install -d -o wasl -g wasl -m 0750 /var/lib/wasl
WORKDIR /wasl
COPY --from=packages /wasl/.venv .venv
COPY pyproject.toml LICENSE NOTICE ./
COPY routing routing
COPY app app
COPY migrations migrations
COPY data data
COPY docs docs
# The places of the city days and the best known values, for `python -m routing bench`.
COPY benchmarks benchmarks
RUN .venv/bin/python -m compileall -q routing app migrations && .venv/bin/python -m routing compile && .venv/bin/python -m app.papers
# The data folder is all that is written: the rest may be mounted read-only, with a temporary /tmp.
ENV PATH=/wasl/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    WASL_DATA_FOLDER=/var/lib/wasl WASL_HOST=0.0.0.0 WASL_PORT=8000
VOLUME /var/lib/wasl
USER wasl
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['WASL_PORT'] + '/livez', timeout=4)"]
ENTRYPOINT ["python", "-m", "app.cli"]
CMD ["serve"]
