package io.countersign.policy;

import io.countersign.action.Requirement;
import io.countersign.policy.Span.Daily;
import io.countersign.policy.Span.Dates;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.Node;

/** Reads {@code freezes}: when even allowed actions wait for people (R10). */
final class FreezeReader {
  private static final int MAX_FREEZES = 100;
  private static final Pattern DATE_TIME = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d");
  private static final Pattern TIME = Pattern.compile("\\d\\d:\\d\\d");

  private final YamlReader yaml;
  private final SeatsReader seats;
  private final ConditionReader conditions;

  FreezeReader(YamlReader yaml, SeatsReader seats, ConditionReader conditions) {
    this.yaml = yaml;
    this.seats = seats;
    this.conditions = conditions;
  }

  List<Freeze> read(Node node) throws PolicyException {
    List<Node> items = yaml.list(node);
    if (items.size() > MAX_FREEZES) {
      throw yaml.error(node, "expected at most %d freezes".formatted(MAX_FREEZES));
    }
    Set<String> names = new HashSet<>();
    List<Freeze> freezes = new ArrayList<>();
    for (Node item : items) {
      YamlMapping freeze =
          yaml.mapping(item, Set.of("name", "from", "to", "days", "zone", "when", "unless"));
      Node name = freeze.require("name");
      freezes.add(freeze(freeze, PolicyReader.name(yaml, name)));
      if (!names.add(yaml.text(name))) {
        throw yaml.error(name, "duplicate freeze name " + YamlReader.quote(yaml.text(name)));
      }
    }
    return List.copyOf(freezes);
  }

  private Freeze freeze(YamlMapping freeze, String name) throws PolicyException {
    String from = time(freeze.require("from"));
    Span span =
        DATE_TIME.matcher(from).matches() ? dates(freeze) : daily(freeze, LocalTime.parse(from));
    Condition when =
        freeze.find("when").isPresent()
            ? conditions.read(freeze.require("when"))
            : conditions.always(freeze.node());
    return new Freeze(
        name,
        YamlReader.place(freeze.node()),
        span,
        zone(freeze.require("zone")),
        when,
        unless(freeze));
  }

  /** One alternative as a mapping, or several as a list. */
  private Requirement unless(YamlMapping freeze) throws PolicyException {
    if (freeze.find("unless").isEmpty()) {
      return Requirement.NONE;
    }
    Node node = freeze.require("unless");
    return new Requirement(
        YamlReader.isMapping(node) ? List.of(seats.alternative(node)) : seats.alternatives(node));
  }

  private Dates dates(YamlMapping freeze) throws PolicyException {
    freeze.refuse("days", "`days` has an effect only with times of day such as 22:00");
    Node end = freeze.require("to");
    String to = time(end);
    if (!DATE_TIME.matcher(to).matches()) {
      throw yaml.error(end, "expected a date and time, as in `from`, got " + YamlReader.quote(to));
    }
    Dates dates =
        new Dates(LocalDateTime.parse(time(freeze.require("from"))), LocalDateTime.parse(to));
    if (!dates.to().isAfter(dates.from())) {
      throw yaml.error(end, "expected a time after `from`, got " + YamlReader.quote(to));
    }
    return dates;
  }

  private Daily daily(YamlMapping freeze, LocalTime from) throws PolicyException {
    Node end = freeze.require("to");
    String to = time(end);
    if (!TIME.matcher(to).matches()) {
      throw yaml.error(end, "expected a time of day, as in `from`, got " + YamlReader.quote(to));
    }
    return new Daily(from, LocalTime.parse(to), days(freeze));
  }

  private Set<DayOfWeek> days(YamlMapping freeze) throws PolicyException {
    if (freeze.find("days").isEmpty()) {
      return EnumSet.allOf(DayOfWeek.class);
    }
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    for (Node item : yaml.list(freeze.require("days"))) {
      if (!days.add(day(item))) {
        throw yaml.error(item, "duplicate " + YamlReader.quote(yaml.text(item)));
      }
    }
    if (days.isEmpty()) {
      throw yaml.error(freeze.require("days"), "expected at least one day");
    }
    return days;
  }

  private DayOfWeek day(Node node) throws PolicyException {
    String value = yaml.text(node);
    for (DayOfWeek day : DayOfWeek.values()) {
      if (day.name().substring(0, 3).toLowerCase(Locale.ROOT).equals(value)) {
        return day;
      }
    }
    throw yaml.error(
        node, "expected mon, tue, wed, thu, fri, sat or sun, got " + YamlReader.quote(value));
  }

  /** As written: YAML takes a bare 22:00 for a number of minutes. */
  private String time(Node node) throws PolicyException {
    String expected = "a time such as 2026-12-19T18:00 or 22:00";
    String value = yaml.raw(node, expected).getValue();
    try {
      if (DATE_TIME.matcher(value).matches()) {
        return LocalDateTime.parse(value).toString();
      }
      if (TIME.matcher(value).matches()) {
        return LocalTime.parse(value).toString();
      }
    } catch (DateTimeException e) {
      // Said below: there is no such day or hour.
    }
    throw yaml.error(node, "expected %s, got %s".formatted(expected, YamlReader.quote(value)));
  }

  private ZoneId zone(Node node) throws PolicyException {
    String value = yaml.text(node);
    if (!ZoneId.getAvailableZoneIds().contains(value)) {
      throw yaml.error(
          node, "expected a time zone such as Europe/Berlin, got " + YamlReader.quote(value));
    }
    return ZoneId.of(value);
  }
}
