import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/** A WebAssembly module whose functions can be replaced and added to. */
final class Module {
  static final int I32 = 0x7F;
  private static final int TYPES = 1;
  private static final int IMPORTS = 2;
  private static final int FUNCTIONS = 3;
  private static final int CODE = 10;
  // Section 12 (how many data segments there are) stands between the elements and the code.
  private static final List<Integer> ORDER = List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11);
  private static final byte[] HEADER = {0, 'a', 's', 'm', 1, 0, 0, 0};

  /** What a function takes and gives, as the binary format's value types. */
  record Type(List<Integer> parameters, List<Integer> results) {
    int effect() {
      return results.size() - parameters.size();
    }
  }

  private final TreeMap<Integer, byte[]> sections = new TreeMap<>();
  private final List<Type> types = new ArrayList<>();
  private final List<Integer> functionTypes = new ArrayList<>();
  private final List<byte[]> bodies = new ArrayList<>();
  private int imports;

  Module(byte[] wasm) {
    if (!Arrays.equals(HEADER, Arrays.copyOf(wasm, HEADER.length))) {
      throw new IllegalArgumentException("not a WebAssembly module");
    }
    ByteReader in = new ByteReader(wasm, HEADER.length);
    while (!in.atEnd()) {
      int id = in.next();
      int size = in.number();
      sections.put(id, in.slice(in.position(), in.position() + size));
      in.skip(size);
    }
    if (!ORDER.containsAll(sections.keySet())) {
      throw new IllegalArgumentException("an unknown section among " + sections.keySet());
    }
    readTypes(new ByteReader(sections.get(TYPES), 0));
    readImports(new ByteReader(sections.get(IMPORTS), 0));
    readFunctions(new ByteReader(sections.get(FUNCTIONS), 0));
    readBodies(new ByteReader(sections.get(CODE), 0));
  }

  private void readTypes(ByteReader in) {
    for (int rest = in.number(); rest > 0; rest--) {
      if (in.next() != 0x60) {
        throw new IllegalArgumentException("a type that is no function");
      }
      types.add(new Type(valueTypes(in), valueTypes(in)));
    }
  }

  private static List<Integer> valueTypes(ByteReader in) {
    List<Integer> found = new ArrayList<>();
    for (int rest = in.number(); rest > 0; rest--) {
      found.add(in.next());
    }
    return found;
  }

  private void readImports(ByteReader in) {
    for (int rest = in.number(); rest > 0; rest--) {
      in.skip(in.number());
      in.skip(in.number());
      if (in.next() != 0) {
        throw new IllegalArgumentException("an import that is no function");
      }
      functionTypes.add(in.number());
      imports++;
    }
  }

  private void readFunctions(ByteReader in) {
    for (int rest = in.number(); rest > 0; rest--) {
      functionTypes.add(in.number());
    }
  }

  private void readBodies(ByteReader in) {
    for (int rest = in.number(); rest > 0; rest--) {
      int size = in.number();
      bodies.add(in.slice(in.position(), in.position() + size));
      in.skip(size);
    }
  }

  /** The functions with a body, by number. */
  int firstFunction() {
    return imports;
  }

  int endOfFunctions() {
    return functionTypes.size();
  }

  byte[] body(int function) {
    return bodies.get(function - imports);
  }

  Type typeOf(int function) {
    return types.get(functionTypes.get(function));
  }

  int effectOfCall(int function) {
    return typeOf(function).effect();
  }

  int effectOfType(int type) {
    return types.get(type).effect();
  }

  void replace(int function, byte[] body) {
    bodies.set(function - imports, body);
  }

  /** Reserves the next number for a function whose body comes by {@link #replace}. */
  int add(Type type) {
    if (!types.contains(type)) {
      types.add(type);
    }
    functionTypes.add(types.indexOf(type));
    bodies.add(new byte[0]);
    return functionTypes.size() - 1;
  }

  byte[] bytes() {
    sections.put(TYPES, writtenTypes());
    ByteWriter functions = new ByteWriter().number(bodies.size());
    functionTypes.stream().skip(imports).forEach(functions::number);
    sections.put(FUNCTIONS, functions.bytes());
    ByteWriter code = new ByteWriter().number(bodies.size());
    bodies.forEach(code::sized);
    sections.put(CODE, code.bytes());
    ByteWriter out = new ByteWriter().add(HEADER);
    for (int id : ORDER) {
      if (sections.containsKey(id)) {
        out.add(id).sized(sections.get(id));
      }
    }
    return out.bytes();
  }

  private byte[] writtenTypes() {
    ByteWriter out = new ByteWriter().number(types.size());
    for (Type type : types) {
      out.add(0x60).number(type.parameters().size());
      type.parameters().forEach(out::add);
      out.number(type.results().size());
      type.results().forEach(out::add);
    }
    return out.bytes();
  }
}
