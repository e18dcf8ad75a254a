package io.countersign.policy;

import java.nio.charset.StandardCharsets;

/** Policies of the groups dba, security and owners. */
final class SamplePolicy {
  static final String HEAD =
      """
      version: 1
      groups:
        dba: {idp: db-admins}
        security: {idp: secops}
        owners: {owners_of: target}
      """;

  private SamplePolicy() {}

  /** The rules start in line 7 of the file. */
  static Policy of(String... rules) throws PolicyException {
    return parse("rules:\n" + String.join("\n", rules).indent(2));
  }

  static Policy parse(String rest) throws PolicyException {
    return Policy.parse("policy.yml", (HEAD + rest).getBytes(StandardCharsets.UTF_8));
  }
}
