package io.countersign.worker;

import io.countersign.action.Target;
import io.countersign.activity.channel.ChannelActivitiesImpl;
import io.countersign.activity.channel.SlackChannel;
import io.countersign.activity.execution.ExecutionActivitiesImpl;
import io.countersign.activity.execution.HeartbeatingExecution;
import io.countersign.activity.export.ExportProgress;
import io.countersign.activity.export.Exports;
import io.countersign.activity.infrastructure.HttpSender;
import io.countersign.activity.infrastructure.Operations;
import io.countersign.activity.judging.Judge;
import io.countersign.activity.judging.PolicyActivitiesImpl;
import io.countersign.activity.judging.PreviewActivitiesImpl;
import io.countersign.activity.judging.Recheck;
import io.countersign.activity.judging.TargetCatalogue;
import io.countersign.activity.review.Electorate;
import io.countersign.activity.review.ReviewActivitiesImpl;
import io.countersign.activity.targets.TargetDatabase;
import io.countersign.policy.PolicyFile;
import io.countersign.sql.StatementAnalyser;
import io.countersign.store.action.ActionStore;
import io.countersign.store.result.ArtifactVault;
import io.countersign.store.result.ResultVault;
import io.countersign.workflow.ActionWorkflowImpl;
import io.countersign.workflow.PreviewWorkflowImpl;
import io.countersign.workflow.VoteSeal;
import io.temporal.client.WorkflowClient;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerFactoryOptions;
import io.temporal.worker.WorkerOptions;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Jdbi;

/** The Temporal worker: the workflow and its activities. */
final class WorkerParts implements AutoCloseable {
  private static final Duration STICKY = Duration.ofSeconds(1);

  private final WorkerFactory factory;
  private final List<TargetCatalogue> catalogues;
  private final List<SlackChannel> slack;

  private WorkerParts(
      WorkerFactory factory, List<TargetCatalogue> catalogues, List<SlackChannel> slack) {
    this.factory = factory;
    this.catalogues = catalogues;
    this.slack = slack;
  }

  /**
   * @param inProcess the in-process engine needs sticky queues off: it never falls back from one
   */
  static WorkerParts start(
      WorkflowClient client,
      boolean inProcess,
      String taskQueue,
      CountersignConfig config,
      TargetParts targets,
      Jdbi jdbi,
      PolicyFile policy,
      StatementAnalyser analyser,
      ResultVault results,
      ArtifactVault artifacts,
      VoteSeal seal,
      Clock clock) {
    ActionStore actions = new ActionStore(jdbi);
    Map<String, Target> facts = new TreeMap<>();
    Map<String, TargetCatalogue> catalogues = new TreeMap<>();
    Map<String, TargetDatabase> databases = targets.databases();
    config.targets().forEach((name, section) -> facts.put(name, section.toTarget(name)));
    databases.forEach(
        (name, database) -> catalogues.put(name, new TargetCatalogue(database, analyser)));
    List<SlackChannel> slack = config.slackSender().map(SlackChannel::new).stream().toList();
    Operations operations = new Operations(config.operations(), HttpSender.ofThisMachine());
    Judge judge = new Judge(policy, analyser, catalogues, operations, clock);
    Electorate electorate = new Electorate(policy, facts, seal, clock);
    long resultBytes = config.results().bytes();
    Exports exports = new Exports(artifacts, config.exports().bytes(), new ExportProgress());
    Recheck recheck = new Recheck(jdbi, actions, judge, electorate, resultBytes, clock);

    WorkerFactory factory =
        WorkerFactory.newInstance(
            client, WorkerFactoryOptions.newBuilder().setUsingVirtualWorkflowThreads(true).build());
    Worker worker =
        factory.newWorker(
            taskQueue,
            WorkerOptions.newBuilder()
                .setUsingVirtualThreads(true)
                .setStickyQueueScheduleToStartTimeout(inProcess ? Duration.ZERO : STICKY)
                .build());
    worker.registerWorkflowImplementationTypes(ActionWorkflowImpl.class, PreviewWorkflowImpl.class);
    worker.registerActivitiesImplementations(
        new PolicyActivitiesImpl(jdbi, actions, judge, electorate, recheck, resultBytes, clock),
        new PreviewActivitiesImpl(jdbi, judge, config.results().bytes(), clock),
        new ReviewActivitiesImpl(jdbi, actions, electorate, seal, clock),
        new HeartbeatingExecution(
            new ExecutionActivitiesImpl(
                jdbi, actions, results, exports, databases, operations, judge, recheck, clock),
            exports.progress()),
        targets.grants(),
        new ChannelActivitiesImpl(jdbi, List.copyOf(slack), URI.create(config.publicUrl()), clock));
    factory.start();
    return new WorkerParts(factory, List.copyOf(catalogues.values()), slack);
  }

  /** What runs goes on, and granted roles are still taken back; nothing new begins. */
  void takeNoMoreWork() {
    factory.suspendPolling();
  }

  @Override
  public void close() throws Exception {
    factory.shutdown();
    factory.awaitTermination(5, TimeUnit.SECONDS);
    catalogues.forEach(TargetCatalogue::close);
    for (SlackChannel channel : slack) {
      channel.close();
    }
  }
}
