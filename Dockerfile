# Builds Countersign and packs it with a Java runtime; `docker-compose.yml` uses it twice.
FROM maven:3.9-eclipse-temurin-25 AS build
RUN apt-get update && apt-get install -y --no-install-recommends npm && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY . .
RUN mvn -q -B -ntp -pl worker -am -DskipTests package

FROM eclipse-temurin:25-jre
RUN useradd --system --create-home countersign && install -d -o countersign /var/anchor
WORKDIR /countersign
COPY --from=build /build/worker/target/lib lib
COPY --from=build /build/worker/target/countersign.jar countersign.jar
COPY config.yml policy.yml ./
USER countersign
EXPOSE 8080 8081
ENTRYPOINT ["java", "-Xmx512m", "-XX:+ExitOnOutOfMemoryError", "--enable-native-access=ALL-UNNAMED", \
  "-cp", "countersign.jar:lib/*", "io.countersign.worker.Countersign"]
CMD ["all", "config.yml"]
