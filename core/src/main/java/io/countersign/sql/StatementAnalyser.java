package io.countersign.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.countersign.action.Digest;
import java.util.Optional;

/**
 * Understands one statement. Whatever is not understood is said to be so and is never a read; no
 * text makes it throw.
 */
public final class StatementAnalyser {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CACHED = 1000;
  private static final long COMMENT_WORK = 20_000_000;

  private final ParserPool pool;
  private final AnalysisCache cache;
  private final Failures failures = new Failures(CACHED);

  public StatementAnalyser(ParserPool pool) {
    this(pool, CACHED);
  }

  StatementAnalyser(ParserPool pool, int cached) {
    this.pool = pool;
    cache = new AnalysisCache(cached);
  }

  /** Why the text is not one statement, in words for its sender; empty if it is, or may be. */
  public Optional<String> refusal(String sql) {
    Optional<String> refusal = StatementGate.refusal(sql);
    if (refusal.isPresent()) {
      return refusal;
    }
    int statements = analyse(sql).statements();
    return statements > 1
        ? Optional.of("expected one statement but found " + statements)
        : Optional.empty();
  }

  public Analysis analyse(String sql) {
    Optional<String> refusal = StatementGate.refusal(sql);
    if (refusal.isPresent()) {
      return unknown(sql, 0, refusal.get());
    }
    if (hasTooManyComments(sql)) {
      return unknown(sql, 1, "it has too many comments to be understood");
    }
    Digest digest = Digest.sha256(sql);
    Optional<ParserFailure> failed = failures.find(digest);
    if (failed.isPresent()) {
      return unknown(sql, 1, failed.get().reason());
    }
    return cache.find(digest).orElseGet(() -> parse(sql, digest));
  }

  /** What a migration with this statement would mean for others; parses it anew. */
  public SchemaChange schemaChange(String sql) {
    if (StatementGate.refusal(sql).isPresent()
        || hasTooManyComments(sql)
        || !(pool.parse(sql) instanceof ParserReply.Parsed parsed)) {
      return SchemaChange.UNKNOWN;
    }
    try {
      JsonNode statements = JSON.readTree(parsed.tree()).path("stmts");
      return statements.size() == 1
          ? SchemaChanges.of(statements.path(0).path("stmt"))
          : SchemaChange.UNKNOWN;
    } catch (JsonProcessingException | StackOverflowError e) {
      // As in the walk: too deep to be understood.
      return SchemaChange.UNKNOWN;
    }
  }

  private Analysis parse(String sql, Digest digest) {
    return switch (pool.parse(sql)) {
      case ParserReply.Parsed parsed -> {
        Analysis analysis = read(sql, parsed);
        cache.add(digest, analysis);
        yield analysis;
      }
      case ParserReply.Refused(int position) ->
          unknown(sql, 1, "PostgreSQL's grammar refuses it at character " + position);
      case ParserReply.Failed(ParserFailure why) -> {
        failures.add(digest, why);
        yield unknown(sql, 1, why.reason());
      }
    };
  }

  /** Each comment costs PostgreSQL's scanner as built here a pass over the rest of the text. */
  private static boolean hasTooManyComments(String sql) {
    long comments = 0;
    for (int i = 1; i < sql.length(); i++) {
      char begin = sql.charAt(i - 1);
      char next = sql.charAt(i);
      if (begin == '/' && next == '*' || begin == '-' && next == '-') {
        comments++;
      }
    }
    return comments * sql.length() > COMMENT_WORK;
  }

  private static Analysis read(String sql, ParserReply.Parsed parsed) {
    try {
      return walk(sql, parsed);
    } catch (StackOverflowError e) {
      // The walk runs on the caller's thread, whose stack nobody here has chosen.
      return unknown(sql, 1, "too deep to be understood");
    }
  }

  private static Analysis walk(String sql, ParserReply.Parsed parsed) {
    JsonNode statements;
    Tokens tokens;
    try {
      statements = JSON.readTree(parsed.tree()).path("stmts");
      tokens = Tokens.of(sql, JSON.readTree(parsed.scan()));
    } catch (JsonProcessingException e) {
      // Jackson stops at a nesting of 1000; its message may quote the statement.
      return unknown(sql, 1, "too deep to be understood");
    }
    if (statements.isEmpty()) {
      return unknown(sql, 0, "there is no statement");
    }
    Findings findings = new Findings();
    TreeWalk walk = new TreeWalk(findings);
    statements.forEach(statement -> walk.statement(statement.path("stmt")));
    if (statements.size() > 1) {
      findings.problem("more than one statement");
    }
    findings.names().forEach(tokens::name);
    findings.foreignTables().forEach(findings::doubt);
    if (tokens.isDeceptive()) {
      findings.problem("what people see may differ from what PostgreSQL reads");
      findings.raise(StatementClass.UNKNOWN);
    }
    return findings.toAnalysis(statements.size(), tokens);
  }

  private static Analysis unknown(String sql, int statements, String reason) {
    Findings findings = new Findings();
    findings.effect(StatementClass.UNKNOWN, Reversible.UNKNOWN, "Run", 1);
    findings.problem(reason);
    return findings.toAnalysis(statements, Tokens.unknown(sql));
  }
}
