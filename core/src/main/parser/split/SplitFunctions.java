import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Rewrites a WebAssembly module so that every function is small enough to be compiled by the JVM.
 * Arguments: the module to read and the one to write.
 */
final class SplitFunctions {
  private SplitFunctions() {}

  public static void main(String[] arguments) throws IOException {
    Module module = new Module(Files.readAllBytes(Path.of(arguments[0])));
    int end = module.endOfFunctions();
    int large = 0;
    for (int function = module.firstFunction(); function < end; function++) {
      if (split(module, function)) {
        large++;
      }
    }
    Files.write(Path.of(arguments[1]), module.bytes());
    System.out.printf("%d functions became %d%n", large, module.endOfFunctions() - end + large);
  }

  private static boolean split(Module module, int function) {
    Module.Type type = module.typeOf(function);
    ByteReader in = new ByteReader(module.body(function), 0);
    List<Integer> locals = new ArrayList<>(type.parameters());
    for (int groups = in.number(); groups > 0; groups--) {
      int count = in.number();
      int local = in.next();
      for (int i = 0; i < count; i++) {
        locals.add(local);
      }
    }
    FunctionReader reader = new FunctionReader(module, in, type.results().size());
    List<Code.Statement> body = reader.read();
    if (!Splitter.isTooLarge(body)) {
      return false;
    }
    Liveness liveness = new Liveness();
    liveness.note(body);
    new Splitter(module, liveness, locals, type.results().isEmpty()).split(body);
    int parameters = type.parameters().size();
    module.replace(
        function, FunctionWriter.ofWhole(module, reader.caller(), locals, parameters, body));
    return true;
  }
}
