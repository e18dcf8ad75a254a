package io.countersign.audit;

import io.countersign.sql.SafeText;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code countersign verify receipt.json --key log.vkey [--key ...]}, without the files. */
public final class VerifyReceipt {
  private static final String USAGE =
      "usage: countersign verify receipt.json --key log.vkey [--key ...]";
  private static final int MAX_KEY_FILE = 64 * 1024;
  private static final int MAX_QUOTED = 120;

  private final Files files;
  private final PrintStream out;
  private final PrintStream err;

  /** Where files come from. */
  @FunctionalInterface
  public interface Files {
    /** The first {@code limit} bytes of a file, or all when it has fewer. */
    byte[] read(String path, int limit) throws IOException;
  }

  public VerifyReceipt(Files files, PrintStream out, PrintStream err) {
    this.files = files;
    this.out = out;
    this.err = err;
  }

  /**
   * Prints {@code VALID} or {@code INVALID: reason}, and after {@code VALID} a line for each
   * pseudonym that the receipt opens; what keeps it from an answer goes to the error stream.
   *
   * @return the exit code: 0 only for a valid receipt, else 1
   */
  public int run(List<String> arguments) {
    String receipt = null;
    List<String> keyFiles = new ArrayList<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i);
      if (argument.equals("--key") && i + 1 < arguments.size()) {
        keyFiles.add(arguments.get(++i));
      } else if (argument.startsWith("-") || receipt != null) {
        return fail(USAGE);
      } else {
        receipt = argument;
      }
    }
    if (receipt == null || keyFiles.isEmpty()) {
      return fail(USAGE);
    }
    return verify(receipt, keyFiles);
  }

  private int verify(String receipt, List<String> keyFiles) {
    List<TrustedKey> keys = new ArrayList<>();
    for (String file : keyFiles) {
      byte @Nullable [] bytes = read(file, MAX_KEY_FILE);
      if (bytes == null) {
        return 1;
      }
      try {
        List<TrustedKey> read = KeyRing.parse(new String(bytes, StandardCharsets.UTF_8)).keys();
        if (read.isEmpty()) {
          return fail(quote(file) + " holds no key; expected `name+id+base64`");
        }
        keys.addAll(read);
      } catch (EvidenceException e) {
        return fail(quote(file) + ": " + Objects.requireNonNull(e.getMessage()));
      }
    }
    byte @Nullable [] bytes = read(receipt, Receipt.MAX_SIZE + 1);
    if (bytes == null) {
      return 1;
    }
    Verification verification = ReceiptVerifier.verify(bytes, new KeyRing(keys));
    out.println(verification);
    return switch (verification) {
      case Verification.Valid valid -> {
        valid.people().forEach((pseudonym, person) -> out.println(line(pseudonym, person)));
        yield 0;
      }
      case Verification.Invalid invalid -> 1;
    };
  }

  /** An id is text of others: it may not look like another line, or like another id. */
  private static String line(String pseudonym, String person) {
    return pseudonym + " is " + SafeText.line(person, MAX_QUOTED);
  }

  private byte @Nullable [] read(String file, int limit) {
    try {
      return files.read(file, limit);
    } catch (IOException | IllegalArgumentException e) {
      // A path with impossible characters is an IllegalArgumentException.
      fail("cannot read " + quote(file) + "; expected a readable file");
      return null;
    }
  }

  private int fail(String message) {
    err.println(message);
    return 1;
  }

  private static String quote(String text) {
    String capped = text.length() > MAX_QUOTED ? text.substring(0, MAX_QUOTED) + "…" : text;
    return "`" + capped.replaceAll("\\p{Cntrl}", "?") + "`";
  }
}
