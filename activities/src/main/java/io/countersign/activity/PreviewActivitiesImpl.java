package io.countersign.activity;

import io.countersign.action.Json;
import io.countersign.policy.Spending;
import io.countersign.store.Preview;
import io.countersign.store.PreviewDao;
import io.countersign.workflow.PreviewActivities;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** Judges a proposal as if it were made; nothing of it runs and nothing of it stays. */
public final class PreviewActivitiesImpl implements PreviewActivities {
  private final Jdbi jdbi;
  private final Judge judge;

  public PreviewActivitiesImpl(Jdbi jdbi, Judge judge) {
    this.jdbi = jdbi;
    this.judge = judge;
  }

  @Override
  public void answer(String question) {
    Optional<Preview> asked =
        jdbi.withExtension(PreviewDao.class, previews -> previews.question(question))
            .map(text -> Json.read(text, Preview.class));
    asked
        .flatMap(
            preview -> judge.judge(preview.proposal(), preview.requesterGroups(), Spending.NONE))
        .ifPresent(
            judged ->
                jdbi.useExtension(
                    PreviewDao.class,
                    previews ->
                        previews.answer(
                            question,
                            Json.write(
                                new Preview.Answer(
                                    judged.understanding(), judged.facts(), judged.verdict())))));
  }
}
