# Sourced by the launchers: sets JAVA_HOME to a JDK 25 or newer, or says in one line that none is
# there.
jdk_major() { # JDK_HOME -> major version, or 0
  [ -x "$1/bin/javac" ] || { echo 0; return; }
  "$1/bin/javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p' | grep . || echo 0
}
find_jdk() {
  local candidate on_path
  on_path=$(command -v javac || true)
  [ -n "$on_path" ] && on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
  for candidate in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* \
    "$HOME"/.sdkman/candidates/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ -n "$candidate" ] && [ "$(jdk_major "$candidate")" -ge 25 ] && { echo "$candidate"; return; }
  done
  return 1
}
if ! JAVA_HOME=$(find_jdk); then
  echo "countersign: no JDK 25 or newer found in JAVA_HOME, PATH or the usual JVM folders" >&2
  exit 1
fi
export JAVA_HOME
