package io.countersign.api.slack;

import io.countersign.action.Digest;
import io.countersign.audit.Event;
import io.countersign.audit.EventType;
import io.countersign.audit.Subject;
import io.countersign.store.evidence.Outbox;
import io.countersign.store.person.SlackLinkDao;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Which Slack account votes for which person (R2). A code proves the account, a signed-in session
 * proves the person; only a hash of the code is stored, and it works once within ten minutes.
 */
public final class SlackLinks {
  private static final Duration LIFE = Duration.ofMinutes(10);
  private static final int CODE_BYTES = 32;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Jdbi jdbi;
  private final URI publicUrl;
  private final InstantSource clock;

  public SlackLinks(Jdbi jdbi, URI publicUrl, InstantSource clock) {
    this.jdbi = jdbi;
    this.publicUrl = publicUrl;
    this.clock = clock;
  }

  /** The person a Slack account is linked to. */
  Optional<String> person(String teamId, String userId) {
    return jdbi.withExtension(SlackLinkDao.class, links -> links.person(teamId, userId));
  }

  /** A page where the holder of this Slack account can link it, with a fresh code. */
  String offer(String teamId, String userId) {
    byte[] bytes = new byte[CODE_BYTES];
    RANDOM.nextBytes(bytes);
    String code = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    Instant now = clock.instant();
    jdbi.useTransaction(
        handle -> {
          SlackLinkDao links = handle.attach(SlackLinkDao.class);
          links.purge(now);
          links.offer(hash(code), teamId, userId, now.plus(LIFE));
        });
    return publicUrl.toString().replaceAll("/+$", "") + "/slack/link?code=" + code;
  }

  /** The account a code stands for; the code stays usable. */
  Optional<SlackLinkDao.Account> offered(String code) {
    return jdbi.withExtension(
        SlackLinkDao.class, links -> links.offered(hash(code), clock.instant()));
  }

  /** Uses a code up and binds its account; empty where the code is unknown, used or expired. */
  Optional<SlackLinkDao.Account> link(String code, Event.Actor person) {
    return jdbi.inTransaction(
        handle -> {
          SlackLinkDao links = handle.attach(SlackLinkDao.class);
          Instant now = clock.instant();
          Optional<SlackLinkDao.Account> account = links.redeem(hash(code), now);
          account.ifPresent(
              found -> {
                links
                    .person(found.teamId(), found.userId())
                    .filter(earlier -> !earlier.equals(person.id()))
                    .ifPresent(earlier -> unlinked(handle, person, found, earlier, now));
                links.link(found.teamId(), found.userId(), person.id(), now);
                record(handle, EventType.IDENTITY_LINKED, person, found, person.id(), now);
              });
          return account;
        });
  }

  List<SlackLinkDao.Link> ofPerson(String personId) {
    return jdbi.withExtension(SlackLinkDao.class, links -> links.ofPerson(personId));
  }

  /** Unbinds every account of a person. */
  void unlink(Event.Actor person) {
    jdbi.useTransaction(
        handle -> {
          SlackLinkDao links = handle.attach(SlackLinkDao.class);
          Instant now = clock.instant();
          for (SlackLinkDao.Link link : links.ofPerson(person.id())) {
            if (links.unlink(link.teamId(), link.userId(), person.id()) == 1) {
              SlackLinkDao.Account account = new SlackLinkDao.Account(link.teamId(), link.userId());
              unlinked(handle, person, account, person.id(), now);
            }
          }
        });
  }

  private static void unlinked(
      Handle handle, Event.Actor by, SlackLinkDao.Account account, String person, Instant now) {
    record(handle, EventType.IDENTITY_UNLINKED, by, account, person, now);
  }

  private static void record(
      Handle handle,
      EventType type,
      Event.Actor by,
      SlackLinkDao.Account account,
      String person,
      Instant now) {
    Map<String, Object> details =
        Map.of(
            "slack_account",
            new Subject.Secret(person, account.teamId() + "\n" + account.userId()),
            "person",
            new Subject.Person(person));
    Outbox.insert(handle, Event.ofNoAction(now, type, by, details));
  }

  private static String hash(String code) {
    return Digest.sha256(code).value();
  }
}
