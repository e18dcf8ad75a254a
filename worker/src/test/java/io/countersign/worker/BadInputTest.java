package io.countersign.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.countersign.action.Json;
import io.countersign.worker.ApiClient.Answer;
import java.math.BigInteger;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What does not fit is refused with words about what was expected, and leaves nothing behind. */
class BadInputTest {
  private static final String SQL = "update orders set status = 'void' where id = 4711";
  private static final int MAX_SQL = 64 * 1024;

  private final DemoServer server = DemoServer.start();
  private final ApiClient api = ApiClient.of(server);
  private long stored;

  @BeforeEach
  void countActions() {
    stored = rows();
  }

  @AfterEach
  void nothingWasStored() {
    assertThat(rows()).as("rows of tables action and ballot").isEqualTo(stored);
  }

  private long rows() {
    return server
        .demo()
        .application()
        .database()
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        "select (select count(*) from action) + (select count(*) from ballot)")
                    .mapTo(Long.class)
                    .one());
  }

  static Stream<Arguments> proposals() {
    return Stream.of(
        bad(
            "unknown kind",
            "expected one of `execute_sql`",
            body -> body.put("kind", "drop_everything")),
        bad(
            "unknown target",
            "unknown target `warehouse`",
            body -> body.put("target", "warehouse")),
        bad("no kind", "`kind` is missing", body -> body.remove("kind")),
        bad("no target", "`target` is missing", body -> body.remove("target")),
        bad("no arguments", "`arguments` must be an object", body -> body.remove("arguments")),
        bad("no reason", "`reason` is missing", body -> body.remove("reason")),
        bad("blank reason", "`reason` is missing", body -> body.put("reason", "  ")),
        bad("kind is a number", "`kind` must be a string", body -> body.put("kind", 1)),
        bad("target is a list", "`target` must be a string", body -> body.putArray("target")),
        bad("arguments is text", "`arguments` must be an object", b -> b.put("arguments", "x")),
        bad("reason is an object", "`reason` must be a string", body -> body.putObject("reason")),
        bad("ticket is a number", "`ticket` must be a string", body -> body.put("ticket", 7)),
        bad("on_behalf_of", "`on_behalf_of` must be a string", b -> b.put("on_behalf_of", true)),
        bad("unknown field", "unknown field `priority`, expected", b -> b.put("priority", 1)),
        bad("huge reason", "longer than 2000", body -> body.put("reason", "x".repeat(2_001))),
        bad("NUL in reason", "contains a NUL", body -> body.put("reason", "a\0b")),
        bad("NUL in ticket", "contains a NUL", body -> body.put("ticket", "a\0b")),
        bad("half a pair in reason", "surrogate", body -> body.put("reason", "a\ud800b")));
  }

  static Stream<Arguments> argumentsOfSql() {
    return Stream.of(
        bad("no sql", "`arguments.sql` is missing", sql -> sql.remove("sql")),
        bad("sql is a number", "`arguments.sql` must be a string", sql -> sql.put("sql", 1)),
        bad("sql is a list", "must be a string", sql -> sql.putArray("sql").add("select 1")),
        bad("NUL in sql", "NUL", sql -> sql.put("sql", "select 'a\0b'")),
        bad("half a pair in sql", "surrogate", sql -> sql.put("sql", "select '\udc00'")),
        bad("64 KiB + 1", "longer than 65536", sql -> sql.put("sql", sized(MAX_SQL + 1))),
        bad("64 KiB + 1 of UTF-8", "65536 bytes", sql -> sql.put("sql", wide())),
        bad(
            "two statements",
            "holds 2 statements, expected one",
            b -> b.put("sql", SQL + ";" + SQL)),
        bad("empty statement", "is empty: expected one", sql -> sql.put("sql", "")),
        bad("only blanks", "is empty: expected one", sql -> sql.put("sql", " \n\t;; ")),
        bad("only a comment", "is empty: expected one", sql -> sql.put("sql", "/* a */ -- b")),
        bad("params is an object", "must be an array", sql -> sql.putObject("params")),
        bad("params is text", "must be an array", sql -> sql.put("params", "42")),
        bad("a nested list", "may hold strings", b -> b.putArray("params").addArray()),
        bad("a nested object", "may hold strings", b -> b.putArray("params").addObject()),
        bad("NUL in params", "cannot store", b -> b.putArray("params").add("a\0b")),
        bad("too many params", "at most 1000", b -> b.set("params", many())),
        bad("negative max_rows", "between 1 and 10000", sql -> sql.put("max_rows", -1)),
        bad("zero max_rows", "between 1 and 10000", sql -> sql.put("max_rows", 0)),
        bad("large max_rows", "between 1 and 10000", sql -> sql.put("max_rows", 10_001)),
        bad("huge max_rows", "between 1 and 10000", b -> b.set("max_rows", huge())),
        bad("fractional max_rows", "must be a whole number", sql -> sql.put("max_rows", 1.5)),
        bad("max_rows is text", "must be a whole number", sql -> sql.put("max_rows", "10")),
        bad("unknown argument", "`arguments.timeout`", sql -> sql.put("timeout", 1)));
  }

  static Stream<Arguments> argumentsOfExport() {
    return Stream.of(
        bad("no format", "`arguments.format` is missing", e -> e.remove("format")),
        bad("unknown format", "`xlsx`, expected `csv` or `jsonl`", e -> e.put("format", "xlsx")),
        bad("format in capitals", "expected `csv` or `jsonl`", e -> e.put("format", "CSV")),
        bad("format is a list", "must be a string", e -> e.putArray("format").add("csv")),
        bad("no sql", "`arguments.sql` is missing", e -> e.remove("sql")),
        bad("two statements", "holds 2 statements", e -> e.put("sql", SQL + ";" + SQL)),
        bad("zero max_rows", "between 1 and 5000000", e -> e.put("max_rows", 0)),
        bad("large max_rows", "between 1 and 5000000", e -> e.put("max_rows", 5_000_001)),
        bad("unknown argument", "`arguments.delimiter`", e -> e.put("delimiter", ";")));
  }

  private static Arguments bad(String what, String expected, Consumer<ObjectNode> breaking) {
    return Arguments.of(what, expected, breaking);
  }

  /** Half a pair has no UTF-8: only an escape can carry it. */
  private static String json(ObjectNode body) {
    return Json.write(body).replace("\ud800", "\\ud800").replace("\udc00", "\\udc00");
  }

  private static String sized(int bytes) {
    return "select '" + "x".repeat(bytes - 9) + "'";
  }

  /** Fewer characters than the limit, and more bytes. */
  private static String wide() {
    return "select '" + "\u00fc".repeat(40_000) + "'";
  }

  private static BigIntegerNode huge() {
    return BigIntegerNode.valueOf(BigInteger.TEN.pow(40));
  }

  private static com.fasterxml.jackson.databind.JsonNode many() {
    return Json.MAPPER.valueToTree(java.util.Collections.nCopies(1_001, "x"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("proposals")
  void badProposalIsRefused(String what, String expected, Consumer<ObjectNode> breaking) {
    ObjectNode body = ApiClient.proposal(SQL);
    breaking.accept(body);
    assertRefused(submit(json(body)), 422, "VALIDATION", expected);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("argumentsOfExport")
  void badExportIsRefused(String what, String expected, Consumer<ObjectNode> breaking) {
    ObjectNode body = ApiClient.proposal(SQL).put("kind", "export_data");
    ObjectNode arguments = (ObjectNode) body.get("arguments");
    arguments.put("format", "csv");
    breaking.accept(arguments);
    assertRefused(submit(json(body)), 422, "VALIDATION", expected);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("argumentsOfSql")
  void badArgumentIsRefused(String what, String expected, Consumer<ObjectNode> breaking) {
    ObjectNode body = ApiClient.proposal(SQL);
    breaking.accept((ObjectNode) body.path("arguments"));
    assertRefused(submit(json(body)), 422, "VALIDATION", expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{", "{\"kind\":", "nonsense", "{} {}", "{\"kind\":\"a\",\"kind\":\"b\"}"})
  void malformedJsonIsRefused(String body) {
    assertRefused(submit(body), 422, "VALIDATION", "JSON");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "1", "null", "\"text\""})
  void bodyThatIsNoObjectIsRefused(String body) {
    assertRefused(submit(body), 422, "VALIDATION", "must be a JSON object");
  }

  @Test
  void deepJsonIsRefused() {
    assertRefused(submit("[".repeat(100_000)), 422, "VALIDATION", "JSON");
  }

  @Test
  void brokenUtf8IsRefused() {
    byte[] body = Json.write(ApiClient.proposal(SQL)).getBytes(StandardCharsets.UTF_8);
    body[body.length - 4] = (byte) 0xff;
    assertRefused(api.post("agent-1", "/v1/actions", body), 422, "VALIDATION", "not valid UTF-8");
  }

  @ParameterizedTest
  @ValueSource(ints = {256 * 1024 + 1, 4 * 1024 * 1024})
  void oversizeBodyIsRefused(int size) {
    assertRefused(submit(" ".repeat(size)), 413, "TOO_LARGE", "larger than 256 KiB");
  }

  @ParameterizedTest
  @ValueSource(strings = {"wait=46", "wait=-1", "wait=", "wait=1.5", "respond-async, wait=1000"})
  void preferenceOutOfBoundsIsRefused(String prefer) {
    var request = api.request("agent-1", "/v1/actions").header("prefer", prefer);
    var body = BodyPublishers.ofString(Json.write(ApiClient.proposal(SQL)));
    assertRefused(api.send(request.POST(body)), 422, "VALIDATION", "between 0 and 45");
  }

  @ParameterizedTest
  @CsvSource({
    "wait=46,between 0 and 45",
    "wait=-1,between 0 and 45",
    "wait=x,between 0 and 45",
    "wait=1.0,between 0 and 45"
  })
  void waitOutOfBoundsIsRefused(String query, String expected) {
    String id = api.get("agent-1", "/v1/actions?limit=1").body().at("/items/0/id").asText();
    Answer answer = api.get("agent-1", "/v1/actions/" + id + "?" + query);
    assertRefused(answer, 422, "VALIDATION", expected);
  }

  @ParameterizedTest
  @CsvSource({
    "cursor=nonsense,`cursor` is not one",
    "cursor=%00,`cursor` is not one",
    "cursor=MjAyNg,`cursor` is not one",
    "cursor=KzEwMDAwMDAwMC0wMS0wMVQwMDowMDowMFogYWN0Xw,`cursor` is not one",
    "cursor=MjAyNi0wMS0wMVQwMDowMDowMFogAA,`cursor` is not one",
    "limit=0,between 1 and 200",
    "limit=-1,between 1 and 200",
    "limit=201,between 1 and 200",
    "limit=x,between 1 and 200",
    "limit=99999999999,between 1 and 200",
    "status=PENDING,unknown status `PENDING`",
    "target=%00,NUL",
    "kind=%00,NUL",
    "requester=%00,NUL"
  })
  void badQueryOfTheListIsRefused(String query, String expected) {
    assertRefused(api.get("agent-1", "/v1/actions?" + query), 422, "VALIDATION", expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"two words", "a\tb", " "})
  void badIdempotencyKeyIsRefused(String key) {
    assertKeyRefused(key);
  }

  @Test
  void longIdempotencyKeyIsRefused() {
    assertKeyRefused("x".repeat(256));
  }

  private void assertKeyRefused(String key) {
    var request = api.request("agent-1", "/v1/actions").header("idempotency-key", key);
    var body = BodyPublishers.ofString(Json.write(ApiClient.proposal(SQL)));
    assertRefused(api.send(request.POST(body)), 422, "VALIDATION", "1 to 255 visible ASCII");
  }

  static Stream<Arguments> votes() {
    String digest = "sha256:" + "0".repeat(64);
    Map<String, Object> good = Map.of("decision", "approve", "action_digest", digest);
    return Stream.of(
        vote("no decision", Map.of("action_digest", digest), "`decision` is missing"),
        vote("wrong decision", with(good, "decision", "maybe"), "`approve` or `deny`"),
        vote("withdrawal by POST", with(good, "decision", "withdraw"), "`approve` or `deny`"),
        vote("decision is a number", with(good, "decision", 1), "`decision` must be a string"),
        vote("no digest", Map.of("decision", "approve"), "`action_digest` is missing"),
        vote("short digest", with(good, "action_digest", "sha256:12"), "64 hex digits"),
        vote("digest is null", Map.of("decision", "deny"), "`action_digest` is missing"),
        vote("unknown field", with(good, "force", true), "unknown field `force`, expected"),
        vote("huge reason", with(good, "reason", "x".repeat(2_001)), "longer than 2000"),
        vote("NUL in reason", with(good, "reason", "a\0"), "contains a NUL"),
        vote("reason is a list", with(good, "reason", List.of()), "`reason` must be a string"));
  }

  private static Arguments vote(String what, Map<String, Object> body, String expected) {
    return Arguments.of(what, body, expected);
  }

  private static Map<String, Object> with(Map<String, Object> good, String key, Object value) {
    Map<String, Object> body = new java.util.HashMap<>(good);
    body.put(key, value);
    return body;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("votes")
  void badVoteIsRefused(String what, Map<String, Object> body, String expected) {
    Answer answer = api.post("bob", "/v1/actions/" + waiting() + "/votes", Json.write(body));
    assertRefused(answer, 422, "VALIDATION", expected);
  }

  private String waiting() {
    Answer list = api.get("bob", "/v1/actions?status=PENDING_REVIEW&limit=1");
    return list.body().at("/items/0/id").asText();
  }

  @Test
  void wrongContentTypeIsRefused() {
    var text = api.request("agent-1", "/v1/actions").setHeader("content-type", "text/plain");
    Answer answer = api.send(text.POST(BodyPublishers.ofString("{}")));
    assertRefused(answer, 415, "VALIDATION", "media type does not fit");
  }

  @Test
  void wrongMethodIsRefused() {
    var put = api.request("agent-1", "/v1/actions").PUT(BodyPublishers.ofString("{}"));
    assertRefused(api.send(put), 405, "VALIDATION", "the method");
    assertRefused(api.delete("agent-1", "/v1/actions"), 405, "VALIDATION", "the method");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/nonsense",
        "/v1/actions/act_nonsense",
        "/v1/actions/act_nonsense/packet",
        "/v1/actions/act_nonsense/events",
        "/v1/actions/act_nonsense/result",
        "/v1/actions/act_nonsense/receipt",
        "/v1/actions/%00",
        "/v1/actions/x/nonsense"
      })
  void unknownPathIsAProblem(String path) {
    Answer answer = api.get("alice", path);
    assertThat(answer.http()).isBetween(400, 404);
    assertProblem(answer);
  }

  @Test
  void unacceptableMediaTypeIsAProblem() {
    Answer answer = api.send(api.request("alice", "/v1/me").header("accept", "image/png").GET());
    assertRefused(answer, 406, "VALIDATION", "media type does not fit");
  }

  @Test
  void malformedTokenIsAProblem() {
    var request = api.request("alice", "/v1/me").setHeader("authorization", "Bearer nonsense");
    Answer answer = api.send(request.GET());
    assertThat(answer.http()).isEqualTo(401);
    assertThat(answer.code()).isEqualTo("UNAUTHENTICATED");
    assertProblem(answer);
  }

  private Answer submit(String body) {
    return api.post("agent-1", "/v1/actions", body);
  }

  private static void assertRefused(Answer answer, int http, String code, String expected) {
    assertThat(answer.http()).as(answer.text()).isEqualTo(http);
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.detail()).contains(expected);
    assertProblem(answer);
  }

  /** RFC 9457, and our style: no stack, no driver's words, no full stop. */
  private static void assertProblem(Answer answer) {
    assertThat(answer.contentType()).startsWith("application/problem+json");
    assertThat(answer.body().path("status").asInt()).isEqualTo(answer.http());
    assertThat(answer.body().path("title").asText()).isNotEmpty();
    assertThat(answer.detail())
        .isNotEmpty()
        .doesNotEndWith(".")
        .doesNotContain("io.countersign", "Exception", "org.postgresql", "\n");
    assertThat(answer.detail().length()).isLessThan(300);
  }
}
