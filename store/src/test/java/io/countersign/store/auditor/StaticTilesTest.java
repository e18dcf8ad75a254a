package io.countersign.store.auditor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.audit.Checkpoint;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.KeyRing;
import io.countersign.audit.Tile;
import io.countersign.audit.TreeHash;
import io.countersign.store.evidence.AuditDao;
import io.countersign.store.evidence.DamagedLogException;
import io.countersign.store.evidence.EvidenceLog;
import io.countersign.store.verification.Tamper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The layout of C2SP tlog-tiles, held against its definition computed the slow way. */
@Timeout(120)
class StaticTilesTest {
  private final EvidenceLog evidence = new EvidenceLog();

  @AfterEach
  void close() {
    evidence.close();
  }

  private Map<String, String> export() {
    return evidence.jdbi.inTransaction(
        TransactionIsolationLevel.REPEATABLE_READ,
        handle -> {
          AuditDao dao = handle.attach(AuditDao.class);
          Map<String, String> files = new TreeMap<>();
          StaticTiles tiles = StaticTiles.of(dao, signed(dao), KeyRing.of(evidence.log.keys()));
          StaticTiles.Sink sink =
              (name, bytes) ->
                  assertThat(files.put(name, hex(ByteBuffer.wrap(bytes)))).as(name).isNull();
          try {
            tiles.hashes(sink);
            tiles.entries(sink);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          return files;
        });
  }

  private Checkpoint signed(AuditDao dao) {
    try {
      return KeyRing.of(evidence.log.keys())
          .open(dao.lastCheckpoint().orElseThrow().note())
          .checkpoint();
    } catch (EvidenceException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<byte[]> bodies(long size) {
    List<byte[]> bodies = new ArrayList<>();
    while (bodies.size() < size) {
      evidence.log.entries(bodies.size(), size).forEach(body -> bodies.add(body.getBytes(UTF_8)));
    }
    return bodies;
  }

  private static String hex(ByteBuffer bytes) {
    StringBuilder text = new StringBuilder();
    while (bytes.hasRemaining()) {
      text.append("%02x".formatted(bytes.get()));
    }
    return text.toString();
  }

  /** As the specification says it: hash i of tile n is MTH(D[(n*256+i)*256^l : ... + 256^l]). */
  private static Map<String, String> expected(List<byte[]> bodies) {
    Map<String, String> files = new TreeMap<>();
    List<TreeHash> row = bodies.stream().map(TreeHash::leaf).toList();
    for (int level = 0; !row.isEmpty(); level++) {
      for (int n = 0; n * 256 < row.size(); n++) {
        List<TreeHash> hashes = row.subList(n * 256, Math.min(row.size(), n * 256 + 256));
        ByteBuffer bytes = ByteBuffer.allocate(hashes.size() * 32);
        hashes.forEach(hash -> bytes.put(hash.bytes()));
        files.put("tile/" + level + "/" + suffix(n, hashes.size()), hex(bytes.flip()));
        if (level == 0) {
          files.put(
              "tile/entries/" + suffix(n, hashes.size()),
              bundle(bodies.subList(n * 256, n * 256 + hashes.size())));
        }
      }
      List<TreeHash> above = new ArrayList<>();
      for (int n = 0; n * 256 + 256 <= row.size(); n++) {
        above.add(Tile.root(row.subList(n * 256, n * 256 + 256)));
      }
      row = above;
    }
    return files;
  }

  private static String suffix(int n, int width) {
    String number = "%03d".formatted(n);
    return width == 256 ? number : number + ".p/" + width;
  }

  private static String bundle(List<byte[]> bodies) {
    ByteBuffer bytes = ByteBuffer.allocate(256 * 1_000);
    bodies.forEach(body -> bytes.putShort((short) body.length).put(body));
    return hex(bytes.flip());
  }

  @Test
  void everySizeHasTheFilesTheSpecificationDefines() {
    for (int size : new int[] {1, 2, 255, 256, 257, 511, 512, 600}) {
      evidence.growTo(size);
      assertThat(export()).as("size " + size).isEqualTo(expected(bodies(size)));
    }
    assertThat(export().keySet())
        .containsExactly(
            "tile/0/000",
            "tile/0/001",
            "tile/0/002.p/88",
            "tile/1/000.p/2",
            "tile/entries/000",
            "tile/entries/001",
            "tile/entries/002.p/88");
  }

  @Test
  void threeLevels() {
    evidence.growTo(65_536 + 300);
    Map<String, String> files = export();
    assertThat(files).isEqualTo(expected(bodies(65_536 + 300)));
    assertThat(files)
        .containsKeys(
            "tile/1/000", "tile/1/001.p/1", "tile/2/000.p/1", "tile/0/257.p/44", "tile/0/256");
  }

  @Test
  void numbersAreGroupsOfThreeDigits() {
    assertThat(new Tile(0, 1_234_067).path(256)).isEqualTo("tile/0/x001/x234/067");
    assertThat(new Tile(2, 1_000).path(7)).isEqualTo("tile/2/x001/000.p/7");
    assertThat(Tile.entriesPath(999, 1)).isEqualTo("tile/entries/999.p/1");
    assertThat(Tile.entriesPath(0, 256)).isEqualTo("tile/entries/000");
  }

  private void assertRefused(String sql, String why) {
    evidence.growTo(300);
    new Tamper(evidence.jdbi).run(sql);
    assertThatThrownBy(this::export).isInstanceOf(DamagedLogException.class).hasMessage(why);
  }

  @Test
  void changedBodyIsNotTakenAway() {
    assertRefused(
        "update audit_entry set body = replace(body, '7', '8') where idx = 7",
        "entry 7 is not the one that was logged here");
  }

  @Test
  void deletedEntryIsMissed() {
    assertRefused("delete from audit_entry where idx = 270", "entry 270 is missing");
  }

  @Test
  void changedHashDoesNotLeadToTheCheckpoint() {
    assertRefused(
        "update audit_tile set hashes = set_byte(hashes, 40, 255 - get_byte(hashes, 40))"
            + " where level = 0 and tile_index = 0",
        "the hashes of the log do not lead to its signed checkpoint of size 300");
  }

  @Test
  void cutTileIsMissed() {
    assertRefused(
        "update audit_tile set hashes = substr(hashes, 1, 320) where level = 0 and tile_index = 1",
        "the tree has no hash for entry 266");
  }

  @Test
  void bodyThatWentWithoutARetentionEventIsMissed() {
    assertRefused(
        "update audit_entry set body = null where idx = 9",
        "the body of entry 9 is missing, and no signed retention event allows it");
  }
}
