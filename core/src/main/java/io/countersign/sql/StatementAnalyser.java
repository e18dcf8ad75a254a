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

  private final ParserPool pool;
  private final AnalysisCache cache;

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
    Digest digest = Digest.sha256(sql);
    return cache.find(digest).orElseGet(() -> parse(sql, digest));
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
      case ParserReply.Failed(String reason) -> unknown(sql, 1, reason);
    };
  }

  private static Analysis read(String sql, ParserReply.Parsed parsed) {
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
