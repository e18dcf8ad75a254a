package io.countersign.house;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import io.countersign.audit.CanonicalJson;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.FileWriter;
import java.io.RandomAccessFile;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Random;
import java.util.UUID;

/** What may depend on what, and what pure code must not touch. */
final class Walls {
  private static final String[] CORE = {
    "io.countersign.action..",
    "io.countersign.sql..",
    "io.countersign.policy..",
    "io.countersign.audit.."
  };
  private static final String STORE = "io.countersign.store..";
  private static final String WORKFLOW = "io.countersign.workflow..";
  private static final String ACTIVITY = "io.countersign.activity..";
  private static final String API = "io.countersign.api..";
  private static final String WORKER = "io.countersign.worker..";
  private static final String WITNESS = "io.countersign.witness..";

  /** Those of the workflow package that run outside of a workflow, at the caller of Temporal. */
  private static final DescribedPredicate<JavaClass> OUTSIDE_OF_WORKFLOWS =
      nameMatching("io\\.countersign\\.workflow\\.(ActionEngine|Temporal[A-Z]\\w*)(\\$.*)?")
          .<JavaClass>forSubtype()
          .as("the callers of Temporal");

  private static final DescribedPredicate<JavaClass> FILES_SOCKETS_AND_PROCESSES =
      resideInAnyPackage(
              "java.net..",
              "java.nio.file..",
              "java.nio.channels..",
              "java.sql..",
              "javax.sql..",
              "javax.net..",
              "io.dropwizard..",
              "org.jdbi..",
              "org.postgresql..",
              "com.slack..",
              "jakarta..")
          .or(
              belongToAnyOf(
                  File.class,
                  FileInputStream.class,
                  FileOutputStream.class,
                  FileReader.class,
                  FileWriter.class,
                  RandomAccessFile.class,
                  Process.class,
                  ProcessBuilder.class))
          .as("files, sockets, databases or processes");

  private static final DescribedPredicate<JavaCall<?>> THE_CLOCK =
      target(owner(resideInAPackage("java.time..")))
          .and(target(name("now")))
          .or(target(owner(belongToAnyOf(Clock.class))))
          .or(
              target(owner(belongToAnyOf(System.class)))
                  .and(target(nameMatching("currentTimeMillis|nanoTime"))))
          .or(
              target(owner(nameMatching("java\\.util\\.(Date|Calendar|GregorianCalendar)")))
                  .and(target(nameMatching("<init>|getInstance"))))
          .<JavaCall<?>>forSubtype()
          .as("the clock");

  private static final DescribedPredicate<JavaCall<?>> CHANCE =
      target(owner(belongToAnyOf(Random.class, SecureRandom.class)))
          .or(target(owner(belongToAnyOf(Math.class))).and(target(name("random"))))
          .or(target(owner(belongToAnyOf(UUID.class))).and(target(name("randomUUID"))))
          .or(target(owner(resideInAPackage("io.countersign.."))).and(target(name("random"))))
          .<JavaCall<?>>forSubtype()
          .as("chance");

  private static final DescribedPredicate<JavaClass> THREADS =
      resideInAPackage("java.util.concurrent..")
          .or(belongToAnyOf(Thread.class, ThreadLocal.class))
          .as("threads");

  private static final DescribedPredicate<JavaClass> ENGINES_OF_JUDGEMENT =
      resideInAnyPackage(CORE)
          .and(DescribedPredicate.not(resideInAPackage("io.countersign.action..")))
          .and(DescribedPredicate.not(belongToAnyOf(CanonicalJson.class)))
          .as("the policy engine, the SQL analyser or the log");

  static final ArchRule CORE_STANDS_ALONE =
      noClasses()
          .that()
          .resideInAnyPackage(CORE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(STORE, WORKFLOW, ACTIVITY, API, WORKER, "io.temporal..")
          .because("a receipt is verified and a policy checked without the rest");

  /** Read a file nevertheless; this list may only become shorter. */
  private static final DescribedPredicate<JavaClass> KNOWN_READERS =
      nameMatching("io\\.countersign\\.policy\\.(PolicyFile|PolicyCheck)").forSubtype();

  static final ArchRule CORE_HAS_NO_INPUT_OR_OUTPUT =
      noClasses()
          .that(resideInAnyPackage(CORE).and(DescribedPredicate.not(KNOWN_READERS)).as("are core"))
          .should()
          .dependOnClassesThat(FILES_SOCKETS_AND_PROCESSES)
          .because("core is given bytes and answers values");

  static final ArchRule CORE_HAS_NO_CLOCK =
      noClasses()
          .that()
          .resideInAnyPackage(CORE)
          .should()
          .callCodeUnitWhere(THE_CLOCK)
          .because("the caller says what time it is, so that an answer can be had again");

  static final ArchRule STORE_KNOWS_CORE_ONLY =
      noClasses()
          .that()
          .resideInAPackage(STORE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(WORKFLOW, ACTIVITY, API, WORKER, "io.temporal..")
          .because("api and activities share the store");

  static final ArchRule WORKFLOWS_KNOW_CORE_ONLY =
      noClasses()
          .that()
          .resideInAPackage(WORKFLOW)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(STORE, ACTIVITY, API, WORKER)
          .because("the story of an action names activities by their interfaces");

  static final ArchRule WORKFLOWS_DO_NOT_JUDGE =
      noClasses()
          .that()
          .resideInAPackage(WORKFLOW)
          .should()
          .dependOnClassesThat(ENGINES_OF_JUDGEMENT)
          .because("a newer engine would replay an old history differently");

  static final ArchRule WORKFLOW_CODE_HAS_NO_INPUT_OR_OUTPUT =
      noClasses()
          .that(areWorkflowCode())
          .should()
          .dependOnClassesThat(FILES_SOCKETS_AND_PROCESSES)
          .because("a replay would do it again");

  static final ArchRule WORKFLOW_CODE_HAS_NO_CLOCK =
      noClasses()
          .that(areWorkflowCode())
          .should()
          .callCodeUnitWhere(THE_CLOCK)
          .because("a replay reads the time from history");

  static final ArchRule WORKFLOW_CODE_HAS_NO_CHANCE =
      noClasses()
          .that(areWorkflowCode())
          .should()
          .callCodeUnitWhere(CHANCE)
          .because("a replay would draw another number");

  static final ArchRule WORKFLOW_CODE_HAS_NO_THREADS =
      noClasses()
          .that(areWorkflowCode())
          .should()
          .dependOnClassesThat(THREADS)
          .because("the order of events must come from history");

  static final ArchRule WORKFLOW_CODE_DOES_NOT_CALL_TEMPORAL_FROM_OUTSIDE =
      noClasses()
          .that(areWorkflowCode())
          .should()
          .dependOnClassesThat(
              OUTSIDE_OF_WORKFLOWS.or(resideInAnyPackage("io.temporal.client..", "io.grpc..")))
          .because("a workflow that calls a server does input and output");

  static final ArchRule API_HOLDS_NO_TARGET_AND_NO_SENDER =
      noClasses()
          .that()
          .resideInAPackage(API)
          .should()
          .dependOnClassesThat(
              resideInAnyPackage(ACTIVITY, WORKER)
                  .or(resideInAPackage("com.slack.api..").and(notSlackAppBackend()))
                  .as("activities, the worker or the Slack client"))
          .because("the process that faces the network has no credentials to lose");

  static final ArchRule ACTIVITIES_DO_NOT_KNOW_THE_API =
      noClasses()
          .that()
          .resideInAPackage(ACTIVITY)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(API, WORKER)
          .because("the process that holds credentials faces no network");

  static final ArchRule THE_WITNESS_KNOWS_CORE_ONLY =
      noClasses()
          .that()
          .resideInAPackage(WITNESS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(STORE, WORKFLOW, ACTIVITY, API, WORKER, "io.temporal..")
          .because("who watches the log must not be able to write it");

  static final ArchRule THE_WITNESS_IS_STARTED_AND_NOT_USED =
      noClasses()
          .that(
              resideInAPackage("io.countersign..")
                  .and(DescribedPredicate.not(resideInAnyPackage(WITNESS, WORKER)))
                  .as("are neither the witness nor the program that starts it"))
          .should()
          .dependOnClassesThat()
          .resideInAPackage(WITNESS)
          .because("whoever watches the log is no part of what it watches");

  static final ArchRule NAMES_SAY_WHAT_A_CLASS_IS =
      noClasses()
          .should()
          .haveNameMatching(".*(Utils?|Helpers?|Managers?|Base)|.*[.$](Common|Abstract)[A-Z]\\w*")
          .orShould()
          .resideInAnyPackage("..util..", "..common..", "..helper..", "..manager..", "..base..")
          .because("such a name collects what found no place");

  private Walls() {}

  /** A class that names its neighbours in a circle is in the wrong room. */
  static ArchRule roomsFormNoCircle(String part) {
    return SlicesRuleDefinition.slices()
        .matching("io.countersign." + part + ".(*)..")
        .should()
        .beFreeOfCycles();
  }

  private static DescribedPredicate<JavaClass> areWorkflowCode() {
    return resideInAPackage(WORKFLOW)
        .and(DescribedPredicate.not(OUTSIDE_OF_WORKFLOWS))
        .as("are workflow code");
  }

  private static DescribedPredicate<JavaClass> notSlackAppBackend() {
    return DescribedPredicate.not(resideInAPackage("com.slack.api.app_backend.."));
  }
}
