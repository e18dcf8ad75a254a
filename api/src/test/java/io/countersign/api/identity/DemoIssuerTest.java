package io.countersign.api.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jwt.SignedJWT;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoIssuerTest {
  @TempDir private Path folder;

  private static DemoIssuer issuer(@Nullable Path file) {
    return new DemoIssuer("http://localhost:8080", file, InstantSource.system());
  }

  @Test
  void keyOutlivesARestartAndIsTheOwnersAlone() throws Exception {
    Path file = folder.resolve("issuer.jwk");
    SignedJWT token = SignedJWT.parse(issuer(file).token("agent-1"));
    var keys = issuer(file).publicKeys().getKeys();
    assertThat(Signature.isValid(token, keys.getFirst())).isTrue();
    assertThat(Signature.isValid(token, issuer(null).publicKeys().getKeys().getFirst())).isFalse();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void publishedKeysArePublic() {
    assertThat(issuer(null).publicKeys().getKeys()).noneMatch(key -> key.isPrivate());
  }

  @Test
  void damagedKeyFileIsNamed() throws Exception {
    Path file = Files.writeString(folder.resolve("issuer.jwk"), "{}");
    assertThatThrownBy(() -> issuer(file)).hasMessageContaining(file.toString());
  }

  @Test
  void agentActsForCarol() throws Exception {
    DemoIssuer issuer = issuer(null);
    var claims = SignedJWT.parse(issuer.token("agent-1")).getJWTClaimsSet();
    Caller caller =
        new CallerClaims(issuer.config(), InstantSource.system()).read(claims, "api").caller();
    assertThat(caller.id()).isEqualTo("agent-1");
    assertThat(caller.onBehalfOf()).isEqualTo("carol");
    assertThat(caller.actors()).containsExactly("carol");
  }

  @Test
  void onlySeededPeopleGetTokens() {
    assertThatThrownBy(() -> issuer(null).token("mallory"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
