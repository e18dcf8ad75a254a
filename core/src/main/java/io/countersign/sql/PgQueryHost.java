package io.countersign.sql;

import com.dylibso.chicory.runtime.HostFunction;
import com.dylibso.chicory.runtime.ImportFunction;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.runtime.Memory;
import com.dylibso.chicory.runtime.WasmFunctionHandle;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.FunctionImport;
import com.dylibso.chicory.wasm.types.FunctionType;
import java.util.Arrays;
import java.util.List;

/**
 * What the parser's wasm expects from its host: C's longjmp the way Emscripten does it, a heap that
 * grows to the instance's bound, and nothing of the outside world.
 */
final class PgQueryHost {
  private static final long[] NOTHING = {};
  private static final long[] ZERO = {0};
  private static final long[] ONE = {1};
  private static final int BAD_FILE = 8;

  /** PostgreSQL's elog(ERROR) on its way from the throwing C function to the catching one. */
  private static final class LongJump extends RuntimeException {
    private static final long serialVersionUID = 1;
    static final LongJump INSTANCE = new LongJump();

    private LongJump() {
      super("longjmp", null, false, false);
    }
  }

  ImportValues imports(WasmModule module) {
    List<ImportFunction> functions =
        module.importSection().stream()
            .filter(FunctionImport.class::isInstance)
            .map(FunctionImport.class::cast)
            .<ImportFunction>map(function -> link(module, function))
            .toList();
    return ImportValues.builder().withFunctions(functions).build();
  }

  private static HostFunction link(WasmModule module, FunctionImport function) {
    FunctionType type = module.typeSection().getType(function.typeIndex());
    return new HostFunction(function.module(), function.name(), type, handle(function, type));
  }

  private static WasmFunctionHandle handle(FunctionImport function, FunctionType type) {
    boolean returns = !type.returns().isEmpty();
    return switch (function.name()) {
      case "a", "b", "d", "e", "f", "g", "h", "i", "j", "k", "l", "n", "y" ->
          (instance, arguments) -> invoke(instance, arguments, returns);
      case "p" ->
          (instance, arguments) -> {
            throw LongJump.INSTANCE;
          };
      case "q" -> (instance, arguments) -> growHeap(instance.memory(), arguments[0]);
      case "t" -> PgQueryHost::discardOutput;
      case "r", "s", "u" -> (instance, arguments) -> new long[] {BAD_FILE};
      case "w" -> (instance, arguments) -> NOTHING;
      case "o" -> (instance, arguments) -> ZERO;
      case "c", "m", "v", "x" ->
          (instance, arguments) -> {
            throw new IllegalStateException("the parser gave up");
          };
      default -> throw new IllegalStateException("the parser imports something unknown");
    };
  }

  /** Calls a function of the table; a longjmp out of it is told to the caller as a flag. */
  private static long[] invoke(Instance instance, long[] arguments, boolean returns) {
    long stack = instance.export("R").apply()[0];
    try {
      int function = instance.table(0).requiredRef((int) arguments[0]);
      return instance
          .getMachine()
          .call(function, Arrays.copyOfRange(arguments, 1, arguments.length));
    } catch (LongJump jump) {
      instance.export("Q").apply(stack);
      instance.export("P").apply(1, 0);
      return returns ? ZERO : NOTHING;
    }
  }

  private static long[] growHeap(Memory memory, long bytes) {
    long wanted = Integer.toUnsignedLong((int) bytes);
    long missing = wanted - (long) memory.pages() * Memory.PAGE_SIZE;
    int pages = (int) ((missing + Memory.PAGE_SIZE - 1) / Memory.PAGE_SIZE);
    return pages <= 0 || memory.grow(pages) >= 0 ? ONE : ZERO;
  }

  /** fd_write: says that everything was written. PostgreSQL's notices end here. */
  private static long[] discardOutput(Instance instance, long[] arguments) {
    Memory memory = instance.memory();
    int total = 0;
    for (int i = 0; i < (int) arguments[2]; i++) {
      total += memory.readInt((int) arguments[1] + 8 * i + 4);
    }
    memory.writeI32((int) arguments[3], total);
    return ZERO;
  }
}
