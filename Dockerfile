# Holdfast with the MongoDB Database Tools. There is no mongod in it: the ledger is where LEDGER_URI says.
ARG NODE_IMAGE=node:26-trixie-slim
ARG MONGO_IMAGE=mongo:8.0

# The tools come from MongoDB's own image, for whatever processor this is built for.
FROM ${MONGO_IMAGE} AS tools

FROM ${NODE_IMAGE} AS manifests
WORKDIR /app
RUN npm install --global pnpm@12
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY patches patches
COPY shared/package.json shared/
COPY server/package.json server/
COPY client/package.json client/
COPY web/package.json web/

# Exactly the locked packages that the server needs when it runs.
FROM manifests AS modules
RUN pnpm install --frozen-lockfile --prod --filter "@holdfast/server..." \
 && rm -r package.json pnpm-lock.yaml pnpm-workspace.yaml patches web

# Node refuses to strip types below node_modules, where the workspace's packages are linked: the image holds JavaScript.
FROM manifests AS build
RUN pnpm install --frozen-lockfile
COPY tsconfig.base.json ./
COPY shared shared
COPY server server
COPY client client
COPY web web
RUN pnpm exec tsc -b server client server/src/cli && pnpm --filter @holdfast/web build

FROM ${NODE_IMAGE}
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libgssapi-krb5-2 tini \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 holdfast \
 && useradd --uid 10001 --gid holdfast --no-create-home --home-dir /data --shell /usr/sbin/nologin holdfast \
 && install -d -o holdfast -g holdfast -m 0700 /data /backups \
 && printf '#!/bin/sh\nexec node /app/server/dist/cli/main.js "$@"\n' > /usr/local/bin/holdfast \
 && chmod 0755 /usr/local/bin/holdfast
COPY --from=tools /usr/bin/mongodump /usr/bin/mongorestore /usr/local/bin/
# Built for another distribution: whatever library they lack shows here, not at the first backup.
RUN mongodump --version && mongorestore --version
COPY --from=modules /app /app
COPY --from=build /app/shared/dist /app/shared/dist
COPY --from=build /app/client/dist /app/client/dist
COPY --from=build /app/server/dist /app/server/dist
COPY --from=build /app/web/dist /app/web/dist
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=4400 \
    HOLDFAST_DATA_DIR=/data \
    HOLDFAST_STORAGE_URL=file:/backups
USER holdfast
WORKDIR /data
VOLUME ["/data", "/backups"]
EXPOSE 4400
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# tini hands signals on and reaps what the tools leave.
ENTRYPOINT ["tini", "--", "holdfast"]
CMD ["serve"]
