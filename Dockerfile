# syntax=docker/dockerfile:1
# Pinned by digest; Renovate keeps it current. Where there is no registry, name what the machine has:
# --build-arg NODE_IMAGE=node:24-bookworm-slim
ARG NODE_IMAGE=node:24-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
COPY libs libs
RUN npm ci
COPY . .
RUN NX_DAEMON=false npx nx run-many --targets=build --projects=api,portal,docs
# Node with the shared libraries that it and the modules load, the modules, the program.
RUN node tools/image/collect.mjs /image \
  && mkdir -p /image/system/tmp /image/compiled && chmod 1777 /image/system/tmp \
  && node_libraries="$(ldd /usr/local/bin/node $(find /image/modules -name '*.node') | grep -o '/[^ :]*\.so[^ :]*' | grep -v ^/image/ | sort -u)" \
  && cp --dereference --parents /usr/local/bin/node $node_libraries /image/system \
  && install -D --mode=755 tools/image/cli.cjs /image/cli/usr/local/bin/cli \
  && cp tools/image/health.mjs /image/app

# No distribution: no shell, no package manager, nothing to keep patched but Node itself.
FROM scratch
ENV NODE_ENV=production CLI_NAME=cli NODE_COMPILE_CACHE=/app/.compiled PATH=/usr/local/bin
WORKDIR /app
# One layer per rate of change: Node's, the lock file's, a commit's.
COPY --from=build /image/system /
COPY --from=build /image/modules ./
COPY --from=build /image/cli /
COPY --from=build /image/app ./
COPY --from=build --chown=1000:1000 /image/compiled .compiled
USER 1000:1000
# Compiled once here instead of at every start; the file system is read-only later.
RUN ["/usr/local/bin/cli", "oauth-clients", "--help"]
EXPOSE 3000
# Images in OCI's format know no health check: docker-compose.yml has the same one.
HEALTHCHECK --interval=10s --start-period=60s CMD ["/usr/local/bin/node", "health.mjs"]
CMD ["/usr/local/bin/node", "--enable-source-maps", "apps/api/dist/main.js"]
