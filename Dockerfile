# SPDX-FileCopyrightText: 2026 The Throughline authors
# SPDX-License-Identifier: Apache-2.0
FROM debian:12 AS build
WORKDIR /src
# The packages first: they change seldom and stay cached.
COPY scripts/setup scripts/setup
RUN scripts/setup build && rm -rf /var/lib/apt/lists/*
COPY . .
RUN scripts/build throughline && strip build/release/throughline

FROM debian:12-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates curl libcctz2 libhiredis0.14 \
    libicu72 libidn2-0 libphonenumber8 libpq5 libprometheus-cpp-core1.0 libspdlog1.10 libssl3 \
    tzdata \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --system --no-create-home throughline
COPY --from=build /src/build/release/throughline /usr/local/bin/throughline
USER throughline
ENV THROUGHLINE_LISTEN=0.0.0.0:8080 THROUGHLINE_METRICS_LISTEN=0.0.0.0:9464
EXPOSE 8080 9464
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD curl -fs -o /dev/null http://127.0.0.1:8080/readyz
STOPSIGNAL SIGTERM
ENTRYPOINT ["throughline"]
CMD ["serve"]
