package io.countersign.action;

/**
 * The bounds an execution must keep; part of the digest.
 *
 * @param maxRows rows returned or changed, at most; beyond it everything is rolled back
 * @param statementTimeoutMillis PostgreSQL's statement_timeout in milliseconds
 */
public record Limits(int maxRows, int statementTimeoutMillis) {}
