package io.countersign.activity.judging;

import io.countersign.action.Json;
import io.countersign.activity.judging.Judge.Established;
import io.countersign.policy.Explanation;
import io.countersign.store.action.Preview;
import io.countersign.store.action.PreviewDao;
import io.countersign.store.action.RequesterSpending;
import io.countersign.workflow.PreviewActivities;
import java.time.Clock;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** Judges a proposal as if it were made; nothing of it runs and nothing of it stays. */
public final class PreviewActivitiesImpl implements PreviewActivities {
  private final Jdbi jdbi;
  private final Judge judge;
  private final long resultBytes;
  private final Clock clock;

  /**
   * @param resultBytes that a result may have at most
   */
  public PreviewActivitiesImpl(Jdbi jdbi, Judge judge, long resultBytes, Clock clock) {
    this.jdbi = jdbi;
    this.judge = judge;
    this.resultBytes = resultBytes;
    this.clock = clock;
  }

  @Override
  public void answer(String question) {
    jdbi.withExtension(PreviewDao.class, previews -> previews.question(question))
        .map(text -> Json.read(text, Preview.class))
        .flatMap(this::answer)
        .ifPresent(
            answer ->
                jdbi.useExtension(
                    PreviewDao.class, previews -> previews.answer(question, Json.write(answer))));
  }

  private Optional<Preview.Answer> answer(Preview asked) {
    return judge
        .establish(asked.proposal(), asked.requesterGroups())
        .map(known -> new Preview.Answer(known.understanding(), possible(asked, known)));
  }

  private Explanation possible(Preview asked, Established known) {
    Explanation said = explain(asked, known);
    return known.impossible() == null
        ? said
        : new Explanation(
            said.verdict().refusing(known.impossible().message()),
            said.rules(),
            said.freezes(),
            said.facts());
  }

  private Explanation explain(Preview asked, Established known) {
    return jdbi.withHandle(
        handle ->
            judge.explain(
                known.facts(),
                RequesterSpending.looking(
                    handle, asked.proposal().requester(), clock.instant(), resultBytes)));
  }
}
