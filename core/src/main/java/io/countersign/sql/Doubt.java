package io.countersign.sql;

/** A problem of the walk that a target's catalogue may settle, because it knows the name. */
public record Doubt(Subject subject, String name) {

  /** What is doubted. */
  public enum Subject {
    /** A type that is not built in. */
    TYPE,
    /** A name with characters that look like others. */
    NAME
  }

  /** As it stands among the reasons why people must look. */
  public String reason() {
    String shown = "`" + SafeText.line(name, 80) + "`";
    return switch (subject) {
      case TYPE -> "type " + shown + " is not known to be harmless";
      case NAME -> "the name " + shown + " has characters that look like others";
    };
  }
}
