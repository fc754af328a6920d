#!/bin/sh
# Makes a Neo4j Community server under .neo4j: its artefacts from the Maven registry, run by the machine's JDK (17 or 21).
#   tools/neo4j.sh fetch          fetch the artefacts, once
#   tools/neo4j.sh run HOME PORT  run a server on 127.0.0.1:PORT with its data in HOME, in the foreground, without passwords
# It is for tests and for trying things out: whoever reaches the port may do everything.
set -eu
version=5.26.0
root=$(cd "$(dirname "$0")/.." && pwd)
place="${NETSENTINEL_NEO4J_LIB:-$root/.neo4j/$version}"

fetch() {
  [ -e "$place/complete" ] && return
  command -v mvn >/dev/null && command -v java >/dev/null || { echo "Neo4j needs a JDK and Maven." >&2; exit 1; }
  mkdir -p "$place"
  cat >"$place/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>netsentinel.tools</groupId><artifactId>neo4j</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.neo4j</groupId><artifactId>neo4j</artifactId><version>$version</version></dependency>
  </dependencies>
</project>
POM
  mvn -q -B -f "$place/pom.xml" dependency:copy-dependencies -DoutputDirectory="$place/lib" -DincludeScope=runtime >&2
  touch "$place/complete"
}

run() {
  home=$1 port=$2
  [ -e "$place/complete" ] || { echo "First: tools/neo4j.sh fetch" >&2; exit 1; }
  mkdir -p "$home/conf" "$home/data" "$home/logs" "$home/plugins" "$home/import" "$home/run"
  cat >"$home/conf/neo4j.conf" <<CONF
server.default_listen_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:$port
server.http.enabled=false
server.https.enabled=false
dbms.security.auth_enabled=false
dbms.usage_report.enabled=false
server.memory.pagecache.size=64m
CONF
  open=""
  for package in java.nio java.io java.util.concurrent sun.nio.ch; do
    open="$open --add-opens=java.base/$package=ALL-UNNAMED"
  done
  # shellcheck disable=SC2086 # a list of options
  exec java -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 $open -cp "$place/lib/*" \
    org.neo4j.server.CommunityEntryPoint --home-dir="$home" --config-dir="$home/conf"
}

case "${1:-}" in
  fetch) fetch ;;
  run) run "$2" "$3" ;;
  *) sed -n '2,5p' "$0" >&2; exit 2 ;;
esac
