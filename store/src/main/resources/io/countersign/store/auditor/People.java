import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Who the people in the entries are, where the export says it: HMAC-SHA256 under a person's key of
 * "countersign/subject/v1", a newline and the person's id, in base64url, is what entries call them.
 */
abstract class People extends Exact {
  private static final String FILE = "subjects.ndjson";
  private static final String PSEUDONYM = "sub_[A-Za-z0-9_-]{43}";

  /** What to say of them: nothing where the export names nobody. */
  static String checked(Path folder) throws Invalid, IOException, GeneralSecurityException {
    if (!Files.exists(folder.resolve(FILE))) {
      return "";
    }
    Set<String> proven = new HashSet<>();
    String before = "";
    try (BufferedReader lines = lines(folder.resolve(FILE))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String pseudonym = proven(Json.object(line));
        require(before.compareTo(pseudonym) < 0, FILE + ": " + pseudonym + " is out of order");
        proven.add(pseudonym);
        before = pseudonym;
      }
    }
    String said = ", %d people".formatted(proven.size());
    try (BufferedReader lines = lines(folder.resolve("entries.ndjson"))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (Json.object(line).get("entry") instanceof String entry) {
          found(Json.object(entry), proven);
        }
      }
    }
    for (String nobody : proven) {
      throw new Invalid(FILE + ": " + nobody + " is nobody whom an entry names");
    }
    return said;
  }

  private static String proven(Map<?, ?> row) throws Invalid, GeneralSecurityException {
    require(
        row.keySet().equals(Set.of("key", "person", "pseudonym"))
            && row.get("key") instanceof String
            && row.get("person") instanceof String
            && row.get("pseudonym") instanceof String,
        FILE + ": expected key, person and pseudonym");
    String pseudonym = (String) row.get("pseudonym");
    require(pseudonym.matches(PSEUDONYM), FILE + ": `" + cut(pseudonym) + "` is no pseudonym");
    String person = (String) row.get("person");
    // Half a pair would be hashed as a question mark: as another id that is spelled with one.
    require(
        StandardCharsets.UTF_8.newEncoder().canEncode(person),
        FILE + ": the person of " + pseudonym + " is no text");
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key((String) row.get("key"), pseudonym), "HmacSHA256"));
    byte[] text = ("countersign/subject/v1\n" + person).getBytes(StandardCharsets.UTF_8);
    require(
        pseudonym.equals("sub_" + urlBase64(mac.doFinal(text))),
        FILE + ": key and person give another pseudonym than " + pseudonym);
    return pseudonym;
  }

  /** HMAC takes a key and the same with zeroes behind it for one: the length is exact. */
  private static byte[] key(String text, String pseudonym) throws Invalid {
    String otherwise = FILE + ": the key of " + pseudonym + " is not 32 bytes in base64url";
    try {
      byte[] key = Base64.getUrlDecoder().decode(text);
      require(key.length == HASH && urlBase64(key).equals(text), otherwise);
      return key;
    } catch (IllegalArgumentException e) {
      throw new Invalid(otherwise);
    }
  }

  private static String urlBase64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** A person stands where the log puts one; the same text elsewhere is nobody. */
  private static void found(Object value, Set<String> missing) {
    if (value instanceof Map<?, ?> map) {
      if ("person".equals(map.get("type"))) {
        missing.remove(map.get("id"));
      }
      missing.remove(map.get("person"));
      missing.remove(map.get("on_behalf_of"));
      map.values().forEach(element -> found(element, missing));
    } else if (value instanceof List<?> list) {
      list.forEach(element -> found(element, missing));
    }
  }
}
