package io.countersign.action;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ActionIdTest {
  @Test
  void idsAreWellFormedAndDiffer() {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      ActionId id = ActionId.random();
      assertThat(id.value()).matches("act_[0-9A-HJKMNP-TV-Z]{26}");
      assertThat(id).hasToString(id.value());
      seen.add(id.value());
    }
    assertThat(seen).hasSize(100);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "act_",
        "act_0123456789ABCDEFGHJKMNPQR",
        "act_0123456789ABCDEFGHJKMNPQRST",
        "act_0123456789ABCDEFGHJKMNPQRU",
        "act_0123456789abcdefghjkmnpqrs",
        " act_0123456789ABCDEFGHJKMNPQRS",
        "act_0123456789ABCDEFGHJKMNPQRS\n"
      })
  void whatIsNoIdIsRefused(String text) {
    assertThat(ActionId.isWellFormed(text)).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ActionId(text))
        .withMessage("not an action id");
  }
}
