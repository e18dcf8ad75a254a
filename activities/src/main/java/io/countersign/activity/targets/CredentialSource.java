package io.countersign.activity.targets;

import io.countersign.activity.targets.TargetConfig.Login;
import io.countersign.sql.StatementClass;
import java.util.Optional;

/**
 * Where a target's logins come from. It is asked for every connection, so that a login may be
 * short-lived.
 */
@FunctionalInterface
public interface CredentialSource {
  /** Empty where statements of that class cannot run. */
  Optional<Login> login(StatementClass statementClass);
}
