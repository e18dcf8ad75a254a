package io.countersign.api;

import io.countersign.action.Operation;
import io.countersign.action.Target;
import io.countersign.policy.PolicyFile;
import io.countersign.sql.StatementAnalyser;
import io.countersign.store.ChangeFeed;
import io.countersign.store.action.ActionStore;
import io.countersign.store.action.Reconciliations;
import io.countersign.store.auditor.AuditExport;
import io.countersign.store.evidence.AuditLog;
import io.countersign.store.evidence.EntrySearch;
import io.countersign.store.person.PersonDao;
import io.countersign.store.result.ArtifactVault;
import io.countersign.store.result.ResultVault;
import io.countersign.workflow.ActionEngine;
import io.dropwizard.jersey.setup.JerseyEnvironment;
import java.time.Clock;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;

/** Registers everything under {@code /v1}. */
public final class Api {
  private Api() {}

  /**
   * @param publicUrl where people find the console, without a trailing slash
   * @param limits from config.yml
   */
  public static void register(
      JerseyEnvironment jersey,
      Jdbi jdbi,
      ActionStore actions,
      ChangeFeed feed,
      ActionEngine engine,
      Votes votes,
      AuditLog log,
      AuditExport export,
      ResultVault results,
      ArtifactVault artifacts,
      Map<String, Target> targets,
      Map<String, Operation> operations,
      PolicyFile policy,
      StatementAnalyser analyser,
      String publicUrl,
      RowLimits limits,
      Clock clock) {
    Visibility visibility = new Visibility(actions);
    Waiting waiting = new Waiting(actions, feed);
    Replies replies = new Replies(jdbi, artifacts, publicUrl);
    Proposals proposals = new Proposals(targets, operations, analyser, limits);
    ActionResource.Owners owners =
        agent -> jdbi.withExtension(PersonDao.class, people -> people.owners(agent));
    jersey.register(new ProblemMapper());
    jersey.register(new UnreadBody());
    jersey.register(
        new ActionResource(
            proposals, owners, actions, engine, visibility, waiting, replies, clock));
    jersey.register(new PreviewResource(proposals, jdbi, engine, clock));
    jersey.register(new ReviewResource(actions, votes, visibility, waiting, replies, clock));
    jersey.register(
        new ReconcileResource(
            actions, new Reconciliations(jdbi, actions), engine, visibility, replies, clock));
    jersey.register(new EvidenceResource(log, jdbi, visibility));
    jersey.register(new AuditResource(log));
    jersey.register(new AuditExportResource(export));
    jersey.register(new AuditSearchResource(new EntrySearch(jdbi)));
    jersey.register(new ResultResource(actions, results, visibility, clock));
    jersey.register(new ArtifactResource(jdbi, actions, artifacts, visibility, clock));
    jersey.register(new DirectoryResource(targets, operations, policy));
    jersey.register(new EventStreamResource(actions, feed));
  }
}
