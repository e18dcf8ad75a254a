package io.countersign.action;

import static org.assertj.core.api.Assertions.assertThat;

import io.countersign.action.OperationParameter.Choice;
import io.countersign.action.OperationParameter.Flag;
import io.countersign.action.OperationParameter.Text;
import io.countersign.action.OperationParameter.Whole;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class OperationTest {
  private static final Operation SCALE =
      new Operation(
          "scale",
          "shop",
          "",
          new TreeMap<>(Map.of("count", new Whole(1L, 9L), "fast", new Flag())));

  @Test
  void whatFitsIsAccepted() {
    assertThat(SCALE.objection("shop", Map.of("count", 9, "fast", false))).isEmpty();
    assertThat(SCALE.objection("shop", Map.of("count", 1L, "fast", true))).isEmpty();
  }

  @Test
  void whatDoesNotFitIsNamed() {
    assertThat(SCALE.objection("other", Map.of()).orElseThrow()).contains("target `shop`");
    assertThat(SCALE.objection("shop", Map.of("count", 1)).orElseThrow())
        .isEqualTo("`arguments.parameters.fast` is missing, expected true or false");
    assertThat(SCALE.objection("shop", Map.of("count", 10, "fast", true)).orElseThrow())
        .isEqualTo("`arguments.parameters.count` must be a whole number between 1 and 9");
    assertThat(
            SCALE.objection("shop", Map.of("count", 1, "fast", true, "a`\u202e", 1)).orElseThrow())
        .isEqualTo("unknown field `arguments.parameters.a??`, expected one of count, fast");
  }

  @Test
  void typesAreNotGuessed() {
    assertThat(new Whole(0L, 9L).accepts("1")).isFalse();
    assertThat(new Whole(0L, 9L).accepts(1.0)).isFalse();
    assertThat(new Flag().accepts("true")).isFalse();
    assertThat(new Text(5, null).accepts(5)).isFalse();
    assertThat(new Text(5, null).accepts("")).isFalse();
    assertThat(new Text(5, null).accepts("a\u0007")).isFalse();
    assertThat(new Text(5, null).accepts("a\ud800")).isFalse();
    assertThat(new Text(9, "[a-z]+").accepts("ab")).isTrue();
    assertThat(new Text(9, "[a-z]+").accepts("ab1")).isFalse();
    assertThat(new Choice(List.of("a")).accepts("A")).isFalse();
  }

  /** The engine of these patterns knows no backtracking, in which this would never end. */
  @Test
  void patternTakesLinearTime() {
    Text text = new Text(2000, "(a+)+b");
    assertThat(text.accepts("a".repeat(2000))).isFalse();
  }

  @Test
  void peopleReadParametersAsValues() {
    var change =
        new ChangeInfrastructure("scale", new TreeMap<>(Map.of("count", 3, "why", "a\nb = 1")));
    assertThat(change.text()).isEqualTo("scale\ncount = 3\nwhy = \"a\\nb = 1\"");
  }
}
