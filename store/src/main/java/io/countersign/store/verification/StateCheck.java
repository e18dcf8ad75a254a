package io.countersign.store.verification;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/**
 * Holds what the tables say against what the log and its outbox say. A log proves what is in it: an
 * event that somebody deleted before it was logged, and a row that somebody changed afterwards, are
 * found here alone.
 */
final class StateCheck {
  private final StateDao dao;
  private final Set<String> shredded;

  private StateCheck(StateDao dao) {
    this.dao = dao;
    this.shredded = dao.shredded();
  }

  /**
   * The first thing that no event explains, in words.
   *
   * @param people whom the log names as those who acted
   */
  static Optional<String> find(Handle handle, Set<String> people) {
    StateDao dao = handle.attach(StateDao.class);
    return new StateCheck(dao)
        .actions()
        .or(() -> dao.withoutRow().stream().findFirst().map(id -> "action " + id + " is gone"))
        .or(() -> new PeopleCheck(handle, dao, people).find())
        .map(
            what ->
                what
                    + ", but neither the log nor its outbox says so: an event was deleted before it"
                    + " was logged, or the table was changed by hand");
  }

  private Optional<String> actions() {
    List<LiveAction> page = dao.actionsAfter("");
    while (!page.isEmpty()) {
      Optional<String> wrong = new Page(page).find();
      if (wrong.isPresent()) {
        return wrong;
      }
      page = dao.actionsAfter(page.getLast().id());
    }
    return Optional.empty();
  }

  /** Some actions with all that belongs to them. */
  private final class Page {
    private final List<LiveAction> actions;
    private final Map<String, List<Told>> told;
    private final Map<String, List<StateDao.Cast>> ballots;
    private final Map<String, StateDao.Grant> grants;
    private final Map<String, StateDao.Doubt> doubts;
    private final Map<String, List<String>> sums;
    private final People people;

    Page(List<LiveAction> actions) {
      this.actions = actions;
      String[] ids = actions.stream().map(LiveAction::id).toArray(String[]::new);
      List<StateDao.Doubt> doubted = dao.doubted(ids);
      told = dao.told(ids);
      ballots = dao.counted(ids).stream().collect(groupingBy(StateDao.Cast::actionId));
      grants =
          dao.granted(ids).stream().collect(toMap(StateDao.Grant::actionId, Function.identity()));
      doubts = doubted.stream().collect(toMap(StateDao.Doubt::actionId, Function.identity()));
      sums =
          dao.sums(ids).stream()
              .collect(groupingBy(StateDao.Sum::actionId, mapping(StateDao.Sum::sha256, toList())));
      Set<String> persons =
          Stream.of(
                  actions.stream().flatMap(LiveAction::people),
                  dao.voters(ids).stream(),
                  doubted.stream().map(StateDao.Doubt::decidedBy).filter(Objects::nonNull))
              .flatMap(Function.identity())
              .collect(toSet());
      people = new People(dao.pseudonyms(persons), shredded);
    }

    Optional<String> find() {
      return actions.stream().flatMap(action -> find(action).stream()).findFirst();
    }

    private Optional<String> find(LiveAction action) {
      String id = action.id();
      List<Told> events = told.getOrDefault(id, List.of());
      return ActionCheck.of(action, events, people)
          .or(() -> VoteCheck.of(ballots.getOrDefault(id, List.of()), events, people))
          .or(() -> EffectCheck.grant(grants.get(id), events))
          .or(() -> EffectCheck.doubt(doubts.get(id), events, people))
          .or(() -> EffectCheck.results(sums.getOrDefault(id, List.of()), events))
          .map(what -> "action " + id + " " + what);
    }
  }
}
