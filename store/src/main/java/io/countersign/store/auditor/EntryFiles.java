package io.countersign.store.auditor;

import com.fasterxml.jackson.databind.JsonNode;
import io.countersign.action.ActionId;
import io.countersign.action.Json;
import io.countersign.audit.CanonicalJson;
import io.countersign.audit.EventType;
import io.countersign.audit.Receipt;
import io.countersign.store.evidence.AuditDao;
import io.countersign.store.evidence.AuditDao.Entry;
import io.countersign.store.evidence.AuditLog;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The entries of a range: for programs, for spreadsheets, and a receipt of each action's end. */
final class EntryFiles {
  private static final int BATCH = 1_000;
  private static final String[] CLOSING =
      Receipt.CLOSING.stream().map(EventType::wireName).toArray(String[]::new);
  private static final List<String> CLOSING_NAMES = List.of(CLOSING);

  private final AuditDao log;
  private final ExportDao dao;
  private final long first;
  private final long end;
  private final long size;

  EntryFiles(AuditDao log, ExportDao dao, long first, long end, long size) {
    this.log = log;
    this.dao = dao;
    this.first = first;
    this.end = end;
    this.size = size;
  }

  private interface Visitor {
    void visit(Entry entry) throws IOException;
  }

  private void each(Visitor visitor) throws IOException {
    for (long next = first; next < end; next += BATCH) {
      for (Entry entry : log.entries(next, Math.min(next + BATCH, end), BATCH)) {
        visitor.visit(entry);
      }
    }
  }

  /** An object a line; {@code removed} where retention took the text away. */
  void ndjson(Writer out) throws IOException {
    each(entry -> out.write(line(entry)));
  }

  static String line(Entry entry) {
    return CanonicalJson.write(
            entry.body().isEmpty()
                ? Map.of("index", entry.idx(), "removed", true)
                : Map.of("index", entry.idx(), "entry", entry.body()))
        + "\n";
  }

  /** RFC 4180; nothing in it is a formula. */
  void csv(Writer out) throws IOException {
    out.write("index,at,type,action,revision,digest,policy,actor_type,actor,channel,");
    out.write("on_behalf_of,effect,code,note\r\n");
    each(
        entry -> {
          JsonNode event =
              entry.body().isEmpty()
                  ? Json.read("{\"note\":\"removed by retention\"}", JsonNode.class)
                  : Json.read(entry.body(), JsonNode.class);
          JsonNode actor = event.path("actor");
          out.write(
              Stream.of(
                      String.valueOf(entry.idx()),
                      entry.occurredAt().toString(),
                      entry.type(),
                      event.path("action").asText(""),
                      event.path("revision").asText(""),
                      event.path("digest").asText(""),
                      event.path("policy").asText(""),
                      actor.path("type").asText(""),
                      actor.path("id").asText(""),
                      actor.path("channel").asText(""),
                      event.path("on_behalf_of").asText(""),
                      event.path("effect").asText(""),
                      event.path("code").asText(""),
                      event.path("note").asText(""))
                  .map(EntryFiles::cell)
                  .collect(Collectors.joining(",", "", "\r\n")));
        });
  }

  private static String cell(String text) {
    String safe = !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    return safe.matches("[^\",\r\n]*") ? safe : "\"" + safe.replace("\"", "\"\"") + "\"";
  }

  /** One for each action whose last end is in the range. */
  void receipts(ExportZip zip) throws IOException {
    each(
        entry -> {
          Optional<Receipt> receipt = receipt(entry);
          if (receipt.isPresent()) {
            zip.text("receipts/" + entry.actionId() + ".json", receipt.get().text() + "\n");
          }
        });
  }

  private Optional<Receipt> receipt(Entry entry) {
    String action = entry.actionId();
    // The name of a file is made of the column, which is no evidence.
    return action == null
            || !CLOSING_NAMES.contains(entry.type())
            || !ActionId.isWellFormed(action)
            || dao.lastOf(action, CLOSING, size).filter(last -> last == entry.idx()).isEmpty()
        ? Optional.empty()
        : AuditLog.receipt(log, new ActionId(action), entry);
  }
}
