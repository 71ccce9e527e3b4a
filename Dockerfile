# syntax=docker/dockerfile:1

# Node 22 of Debian 12, by its digest: a tag may lead to another image tomorrow.
ARG NODE_IMAGE=docker.io/library/node:22-bookworm-slim@sha256:43ac6c60b8f89723f746e8a92ce91abd5017e627ce1ddfe4238355d3a30b772c

FROM ${NODE_IMAGE} AS build
WORKDIR /loom
COPY package.json package-lock.json ./
# No package that the server needs has to run its install script (koffi comes with its binaries); `prepare` would build before the sources are here.
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM ${NODE_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=
LABEL org.opencontainers.image.title="Loom" \
      org.opencontainers.image.description="Persistent, tailable log streams over plain HTTP" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
WORKDIR /loom
COPY --from=build /loom/package.json /loom/LICENSE ./
COPY --from=build /loom/node_modules node_modules
COPY --from=build /loom/dist dist
COPY --from=build /loom/config config
COPY --from=build /loom/bin bin
RUN install -d -m 700 -o 1000 -g 1000 /data
# By number, so that Kubernetes can see that it is not root (runAsNonRoot).
USER 1000:1000
VOLUME /data
EXPOSE 3060
ENV NODE_ENV=production \
    LOOM_HOST=0.0.0.0 \
    LOOM_STORE=file:/data \
    LOOM_LOG_FORMAT=json
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.LOOM_PORT || 3060}/healthz`).then((res) => process.exit(res.ok ? 0 : 1), () => process.exit(1))"]
# The server is process 1: it handles the stop signals itself, and starts no processes but its workers, whose ends it sees: it needs no init.
ENTRYPOINT ["node", "bin/loom"]
