# scan-gate as an image: its own virtual environment, pinned by hash, compiled, run by nobody in particular.
# What is installed, and how, is docker/install.sh, which a test of the project runs too.

# A digest, since a tag moves: python:3.13-slim as of September 2026. `docker buildx imagetools inspect python:3.13-slim`
# shows the newest.
ARG BASE=docker.io/library/python:3.13-slim@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b

FROM ${BASE} AS build
WORKDIR /src
COPY requirements/runtime.txt requirements/build.txt requirements/
COPY docker/install.sh docker/install.sh
COPY pyproject.toml README.md LICENSE CHANGELOG.md ./
COPY policies policies
COPY gate gate
RUN sh docker/install.sh /usr/local/lib/scan-gate

FROM ${BASE}
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="scan-gate" \
      org.opencontainers.image.description="Judges AWS's own container image scan results against a policy, and never passes without evidence." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /usr/local/lib/scan-gate /usr/local/lib/scan-gate
ENV PATH=/usr/local/lib/scan-gate/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
# A number, so that Kubernetes can see that it is not root. Nothing is written outside the working directory and /tmp.
USER 65532:65532
WORKDIR /workspace
# No entry point: GitLab and others run /bin/sh in the image, and call gate.
CMD ["gate", "--help"]
