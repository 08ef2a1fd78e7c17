# codefavor with git and bubblewrap, for a user without rights; docs/guides/container.md says how it is used.
FROM python:3.11-slim AS wheel
WORKDIR /source
COPY constraints.txt ./
RUN pip install --no-cache-dir --constraint constraints.txt build hatchling
COPY pyproject.toml README.md LICENSE ./
COPY src ./src
RUN python -m build --wheel --no-isolation --outdir /wheels

FROM python:3.11-slim
# Extras of codefavor, separated by commas: serve,mcp and the like.
ARG EXTRAS=""
RUN apt-get update \
    && apt-get install --yes --no-install-recommends bubblewrap git \
    && rm -rf /var/lib/apt/lists/*
COPY constraints.txt /install/
COPY --from=wheel /wheels /install/wheels
RUN pip install --no-cache-dir --constraint /install/constraints.txt "$(ls /install/wheels/*.whl)${EXTRAS:+[$EXTRAS]}"
RUN useradd --create-home --uid 10001 codefavor
USER codefavor
WORKDIR /work
ENTRYPOINT ["codefavor"]
CMD ["--help"]
