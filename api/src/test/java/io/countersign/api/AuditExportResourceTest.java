package io.countersign.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countersign.action.Code;
import io.countersign.action.PrincipalType;
import io.countersign.api.identity.Caller;
import io.countersign.audit.EvidenceException;
import io.countersign.audit.KeyRing;
import io.countersign.audit.SigningKey;
import io.countersign.store.TestDatabase;
import io.countersign.store.auditor.AuditExport;
import io.countersign.store.integration.Integrator;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AuditExportResourceTest {
  private static final Caller DAVE = caller(PrincipalType.PERSON, Set.of(Caller.Role.AUDITOR));
  private static final Caller ALICE = caller(PrincipalType.PERSON, Set.of());
  private static final Caller AGENT = caller(PrincipalType.AGENT, Set.of(Caller.Role.AUDITOR));

  private final TestDatabase database = TestDatabase.create();
  private final AuditExportResource resource;

  AuditExportResourceTest() throws EvidenceException {
    SigningKey key = SigningKey.generate("countersign.example/audit");
    Clock clock = Clock.systemUTC();
    try (Integrator integrator = new Integrator(database.database().jdbi(), key, clock)) {
      integrator.integrate();
    }
    KeyRing keys = KeyRing.of(List.of(key.verifierKey()));
    resource =
        new AuditExportResource(
            new AuditExport(database.database().jdbi(), keys, List.of(), clock));
  }

  @AfterEach
  void close() {
    database.close();
  }

  private static Caller caller(PrincipalType type, Set<Caller.Role> roles) {
    return new Caller(type, "x", "X", List.of(), roles, null, Set.of(), null, "api");
  }

  @Test
  void auditorsGetAZipThatNobodyKeeps() throws IOException {
    // As a form sends it whose fields were left empty.
    Response response = resource.export(DAVE, "", "", null);

    assertThat(response.getHeaderString("Content-Type")).isEqualTo("application/zip");
    assertThat(response.getHeaderString("Cache-Control")).contains("no-store");
    assertThat(response.getHeaderString("Content-Disposition"))
        .isEqualTo("attachment; filename=\"countersign-audit.zip\"");
    assertThat(names(response))
        .contains("README.txt", "Verify.java", "checkpoint", "entries.ndjson", "controls.html")
        .doesNotContain("subjects.ndjson");
    assertThat(names(resource.export(DAVE, null, null, "false"))).doesNotContain("subjects.ndjson");
    assertThat(names(resource.export(DAVE, null, null, "true"))).contains("subjects.ndjson");
  }

  private static List<String> names(Response response) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    ((StreamingOutput) response.getEntity()).write(body);
    List<String> names = new ArrayList<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(body.toByteArray()))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        names.add(entry.getName());
      }
    }
    return names;
  }

  @Test
  void nobodyElseExports() {
    for (Caller caller : List.of(ALICE, AGENT)) {
      assertThatThrownBy(() -> resource.export(caller, null, null, "true"))
          .isInstanceOfSatisfying(
              ApiException.class, refused -> assertThat(refused.code()).isEqualTo(Code.FORBIDDEN));
    }
  }

  @Test
  void rangesThatAreNoneAreRefusedInWords() {
    assertThatThrownBy(() -> resource.export(DAVE, "soon", null, null))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("`from` must be a day as `2026-01-31`");
    assertThatThrownBy(() -> resource.export(DAVE, "2026-02-01", "2026-01-01", null))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("`from` must be before `to`");
    for (String flag : List.of("", "yes", "TRUE", "1")) {
      assertThatThrownBy(() -> resource.export(DAVE, null, null, flag))
          .isInstanceOf(ApiException.class)
          .hasMessage("`subjects` must be `true` or `false`");
    }
  }
}
