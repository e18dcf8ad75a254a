package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whatever an address says, evidence is answered or refused, and nothing fails. */
class AuditParametersTest {
  private static final Map<String, Map<String, String>> ADDRESSES =
      Map.of(
          "/v1/audit/entries", Map.of("start", "0", "end", "2"),
          "/v1/audit/proof", Map.of("index", "0", "size", "1"),
          "/v1/audit/consistency", Map.of("old", "1", "new", "1"),
          "/v1/audit/export", Map.of("from", "2001-01-01", "to", "2001-01-02"),
          "/v1/audit/search",
              Map.of(
                  "type", "vote.counted",
                  "action", "act_00000000000000000000000000",
                  "actor", "bob",
                  "from", "2026-01-01T00:00:00Z",
                  "to", "2026-01-02T00:00:00Z",
                  "limit", "5",
                  "cursor", "MjAyNi0wMS0wMVQwMDowMDowMFogMQ"));

  private static final List<String> VALUES =
      List.of(
          "",
          "-1",
          "-0",
          "00",
          "1",
          "2",
          "%2B1",
          "1.0",
          "1e3",
          "0x1",
          "%201",
          "1%20",
          "%0A1",
          "%00",
          "1%00",
          "%FF",
          "%ED%A0%80",
          "%EF%BB%BF1",
          "%D9%A1",
          "%F0%9F%98%80",
          "999999999999999999",
          "9223372036854775807",
          "9223372036854775808",
          "18446744073709551616",
          "1".repeat(3_000),
          "null",
          "NaN",
          "%7B%7D",
          "%5B".repeat(1_000),
          "%27%3B--",
          "2026-01-01",
          "2026-02-30",
          "2026-01-01T00:00:00Z",
          "2026-01-01T25:00:00Z",
          "%2B1000000000-12-31T23:59:59.999999999Z",
          "-1000000000-01-01T00:00:00Z",
          "0000-01-01",
          "9999-12-31",
          "%2B99999-01-01",
          "2026-01-01T00:00:00.123456789Z",
          "act_00000000000000000000000000",
          "vote.counted",
          "VOTE.COUNTED",
          "AAAA",
          "=",
          "_-_-",
          "MjAyNi0wMS0wMVQwMDowMDowMFogOTk5OTk5OTk5OTk5OTk5OTk5",
          "MjAyNi0wMS0wMVQwMDowMDowMFogLTE");

  private final ApiClient api = ApiClient.of(DemoServer.start());

  @Test
  void nothingThatIsAskedOfTheLogFails() {
    List<String> failed = new ArrayList<>();
    ADDRESSES.forEach(
        (address, good) ->
            good.keySet()
                .forEach(
                    name -> {
                      for (String value : VALUES) {
                        Map<String, String> query = new LinkedHashMap<>(good);
                        query.put(name, value);
                        ask(address + query(query), failed);
                      }
                      Map<String, String> without = new LinkedHashMap<>(good);
                      without.remove(name);
                      ask(address + query(without), failed);
                      ask(address + query(good) + "&" + name + "=x&" + name, failed);
                    }));
    assertThat(failed).isEmpty();
  }

  @Test
  void nothingThatIsAskedOfAnActionFails() {
    List<String> failed = new ArrayList<>();
    for (String value : VALUES) {
      if (value.length() < 1_000) {
        ask("/v1/actions/" + value + "/receipt", failed);
        ask("/v1/actions/" + value + "/events", failed);
        ask("/v1/actions/" + value + "/votes/mine/receipt", failed);
        ask("/v1/actions/act_00000000000000000000000000/votes/" + value + "/receipt", failed);
      }
    }
    assertThat(failed).isEmpty();
  }

  private static String query(Map<String, String> query) {
    StringBuilder text = new StringBuilder();
    query.forEach(
        (name, value) ->
            text.append(text.isEmpty() ? '?' : '&').append(name).append('=').append(value));
    return text.toString();
  }

  private void ask(String address, List<String> failed) {
    int status = api.get("dave", address).http();
    if (status >= 500) {
      failed.add(status + " " + address);
    }
  }
}
