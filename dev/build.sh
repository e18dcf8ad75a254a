# Sourced by countersign and check: knows whether what stands under target/ is built from what
# stands in the tree. Needs $root. A file that changed is newer than the stamp; a file that came or
# went changes the list that the stamp holds.
build_dir=$root/target/launcher
stamp=$build_dir/built
jar=$root/worker/target/countersign.jar
lib=$root/worker/target/lib

sources() { # every file that the build reads, except tests
  find "$root"/pom.xml "$root"/.mvn "$root"/*/pom.xml "$root"/*/src/main -type f "$@"
}
list_sources() { sources | LC_ALL=C sort; }

is_built() {
  [ -f "$stamp" ] && [ -f "$jar" ] && [ -d "$lib" ] || return 1
  [ -z "$(sources -newer "$stamp" -print -quit)" ] || return 1
  list_sources | cmp -s - "$stamp"
}

# Maven keeps the copy of a resource whose original was deleted or renamed; a migration among them
# would run. Needs nothing when no stamp is there: then nothing was built by us.
forget_what_left() {
  [ -f "$stamp" ] || return 0
  [ -z "$(list_sources | LC_ALL=C comm -13 - "$stamp")" ] || rm -rf "$root"/*/target/classes
}
begin_build() { # the stamp's time is the moment before Maven reads the first file
  mkdir -p "$build_dir"
  list_sources >"$stamp.next"
}
end_build() { mv "$stamp.next" "$stamp"; }

need() { # TOOL FOR_WHAT
  command -v "$1" >/dev/null || {
    echo "countersign: $1 is missing: $2; install it and try again" >&2
    exit 1
  }
}
need_build_tools() {
  need mvn "Maven 3.8.6 or newer builds the project"
  need npm "npm brings the PostgreSQL grammar that reads the statements"
}
