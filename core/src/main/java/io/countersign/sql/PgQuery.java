package io.countersign.sql;

import com.dylibso.chicory.runtime.ByteArrayMemory;
import com.dylibso.chicory.runtime.ExportFunction;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Machine;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/**
 * One instance of PostgreSQL's own parser (libpg_query, compiled from wasm to Java classes by the
 * build). Not thread-safe. After anything but a {@link ParserReply} is thrown the instance is in an
 * unknown state and must be thrown away.
 *
 * <p>The exports' names are those of libpg-query 18.1.5, from its {@code libpg-query.js}.
 */
final class PgQuery {
  private static final int INITIAL_PAGES = 512;
  private static final int MAXIMUM_PAGES = 984;

  /** What one instance has from the start; pages have 64 KiB. */
  static final long INITIAL_BYTES = INITIAL_PAGES * 65_536L;

  /** What one instance may grow to: with what the JVM adds to it, below 64 MiB. */
  static final long MAXIMUM_BYTES = MAXIMUM_PAGES * 65_536L;

  private static final int ERROR_OFFSET = 8;
  private static final int CURSOR_OFFSET = 16;
  private static final String SELF_TEST = "select 'ü', a from b -- c";

  private final Instance instance;
  private final ExportFunction malloc;
  private final ExportFunction free;
  private final ExportFunction parse;
  private final ExportFunction freeParseResult;
  private final ExportFunction scan;
  private final ExportFunction freeString;

  /** Loads the parser and tries it; throws {@link IllegalStateException} if it is not as known. */
  PgQuery() {
    this(PgQueryModule.load(), PgQueryModule::create);
  }

  PgQuery(WasmModule module, Function<Instance, Machine> machine) {
    ImportValues imports = new PgQueryHost().imports(module);
    instance =
        Instance.builder(module)
            .withMachineFactory(machine)
            .withMemoryLimits(new MemoryLimits(INITIAL_PAGES, MAXIMUM_PAGES))
            .withMemoryFactory(ByteArrayMemory::new)
            .withImportValues(imports)
            .build();
    malloc = instance.export("C");
    free = instance.export("E");
    parse = instance.export("F");
    freeParseResult = instance.export("G");
    scan = instance.export("M");
    freeString = instance.export("N");
    instance.export("A").apply();
    selfTest();
  }

  /** Parses a text without NUL. */
  ParserReply parse(String sql) {
    int text = copyIn(sql);
    try {
      int result = (int) parse.apply(text)[0];
      try {
        int error = instance.memory().readInt(result + ERROR_OFFSET);
        if (error != 0) {
          return new ParserReply.Refused(instance.memory().readInt(error + CURSOR_OFFSET));
        }
        return new ParserReply.Parsed(copyOut(instance.memory().readInt(result)), scan(text));
      } finally {
        freeParseResult.apply(result);
      }
    } finally {
      free.apply(text);
    }
  }

  private String scan(int text) {
    int result = (int) scan.apply(text)[0];
    try {
      return copyOut(result);
    } finally {
      freeString.apply(result);
    }
  }

  private int copyIn(String sql) {
    byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
    int address = (int) malloc.apply(bytes.length + 1)[0];
    if (address == 0) {
      throw new IllegalStateException("the parser has no memory left");
    }
    instance.memory().write(address, bytes);
    instance.memory().writeByte(address + bytes.length, (byte) 0);
    return address;
  }

  private String copyOut(int address) {
    if (address == 0) {
      throw new IllegalStateException("the parser gave no text");
    }
    return instance.memory().readCString(address, StandardCharsets.UTF_8);
  }

  private void selfTest() {
    boolean understood =
        parse(SELF_TEST) instanceof ParserReply.Parsed parsed
            && parsed.tree().contains("\"stmts\":[{\"stmt\":{\"SelectStmt\":")
            && parsed.tree().contains("\"relname\":\"b\"")
            && parsed.scan().contains("\"start\":22,\"end\":26")
            && parse("select from from") instanceof ParserReply.Refused(int position)
            && position == 13;
    if (!understood) {
      throw new IllegalStateException("the compiled parser is not libpg-query 18.1.5");
    }
  }
}
