package io.countersign.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a psql script into the statements that psql would send: without its commands ({@code \d}),
 * without the rows behind {@code COPY ... FROM stdin}, and with its variables made constants or
 * names. Takes what no quote closes as it is; good enough for scripts that psql itself reads.
 */
final class PsqlScript {
  private static final Pattern DOLLAR_QUOTE = Pattern.compile("\\$([A-Za-z_][A-Za-z_0-9]*)?\\$");
  private static final Pattern WORD = Pattern.compile("[A-Za-z_\\x80-\\uffff][\\w$\\x80-\\uffff]*");
  private static final Pattern VARIABLE = Pattern.compile(":('\\w+'|\"\\w+\"|[A-Za-z_]\\w*)");
  private static final Pattern COPY_ROWS =
      Pattern.compile("copy\\b.*\\bfrom\\s+stdin\\b.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  private static final Pattern END_OF_ROWS = Pattern.compile("(?m)^\\\\\\.$");
  private static final Pattern ROUTINE =
      Pattern.compile("create (or replace )?(function|procedure)( .*)?");

  private final String script;
  private final List<String> statements = new ArrayList<>();
  private final StringBuilder statement = new StringBuilder();
  private final StringBuilder words = new StringBuilder();
  private int at;
  private int parentheses;
  private int bodies;

  private PsqlScript(String script) {
    this.script = script;
  }

  static List<String> statements(String script) {
    PsqlScript cut = new PsqlScript(script);
    while (cut.at < script.length()) {
      cut.next();
    }
    cut.end();
    return cut.statements;
  }

  private void next() {
    char c = script.charAt(at);
    switch (c) {
      case '\'' -> take(endOfQuote(at, c, endsWithEscapePrefix()));
      case '"' -> take(endOfQuote(at, c, false));
      case '(' -> parentheses++;
      case ')' -> parentheses = Math.max(0, parentheses - 1);
      default -> {
        if (script.startsWith("--", at)) {
          take(endOfLine(at));
        } else if (script.startsWith("/*", at)) {
          take(endOfComment(at));
        } else if (c == '$') {
          dollar();
        } else if (c == ':') {
          colon();
        } else if (c == '\\') {
          command();
        } else if (c == ';') {
          semicolon();
        } else {
          word();
        }
        return;
      }
    }
    if (c == '(' || c == ')') {
      take(at + 1);
    }
  }

  private void take(int end) {
    statement.append(script, at, end);
    at = end;
  }

  private void semicolon() {
    take(at + 1);
    if (parentheses == 0 && bodies == 0) {
      boolean hasRows = COPY_ROWS.matcher(statement.toString().strip()).matches();
      end();
      if (hasRows) {
        Matcher last = END_OF_ROWS.matcher(script);
        at = last.find(at) ? last.end() : script.length();
      }
    }
  }

  private void end() {
    String whole = statement.toString().strip();
    if (!whole.isEmpty()) {
      statements.add(whole);
    }
    statement.setLength(0);
    words.setLength(0);
    parentheses = 0;
    bodies = 0;
  }

  /** A backslash outside quotes: {@code \;} joins two statements, {@code \gexec} ends one. */
  private void command() {
    if (script.startsWith("\\;", at)) {
      statement.append(';');
      at += 2;
      return;
    }
    if (script.startsWith("\\g", at) || script.startsWith("\\crosstabview", at)) {
      end();
    }
    at = endOfLine(at);
  }

  private void colon() {
    Matcher variable = VARIABLE.matcher(script).region(at, script.length());
    if (script.startsWith("::", at)) {
      take(at + 2);
    } else if (!endsWithOperand() && variable.lookingAt()) {
      statement.append(variable.group(1));
      at = variable.end();
    } else {
      take(at + 1);
    }
  }

  private void dollar() {
    Matcher quote = DOLLAR_QUOTE.matcher(script).region(at, script.length());
    if (quote.lookingAt()) {
      int close = script.indexOf(quote.group(), quote.end());
      take(close < 0 ? script.length() : close + quote.group().length());
    } else {
      take(at + 1);
    }
  }

  /** The body of a routine may be {@code BEGIN ATOMIC ...; END}, with CASE ... END inside. */
  private void word() {
    Matcher found = WORD.matcher(script).region(at, script.length());
    if (!found.lookingAt()) {
      take(at + 1);
      return;
    }
    String word = found.group().toLowerCase(Locale.ROOT);
    if (words.length() < 40) {
      words.append(words.isEmpty() ? "" : " ").append(word);
    }
    boolean opens = word.equals("begin") || word.equals("case") && bodies > 0;
    if (opens && ROUTINE.matcher(words).matches()) {
      bodies++;
    } else if (word.equals("end") && bodies > 0) {
      bodies--;
    }
    take(found.end());
  }

  private boolean endsWithEscapePrefix() {
    int length = statement.length();
    return length > 0
        && Character.toLowerCase(statement.charAt(length - 1)) == 'e'
        && (length == 1 || !isOfWord(statement.charAt(length - 2)));
  }

  /** True behind what a slice's colon may follow, as in {@code a[low:high]}. */
  private boolean endsWithOperand() {
    int length = statement.length();
    return length > 0
        && (isOfWord(statement.charAt(length - 1)) || statement.charAt(length - 1) == ']');
  }

  private static boolean isOfWord(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '$';
  }

  private int endOfQuote(int from, char quote, boolean hasEscapes) {
    int i = from + 1;
    while (i < script.length()) {
      char c = script.charAt(i);
      if (c == '\\' && hasEscapes) {
        i += 2;
      } else if (c == quote) {
        return i + 1;
      } else {
        i++;
      }
    }
    return script.length();
  }

  private int endOfLine(int from) {
    int end = script.indexOf('\n', from);
    return end < 0 ? script.length() : end;
  }

  private int endOfComment(int from) {
    int depth = 0;
    int i = from;
    while (i < script.length()) {
      if (script.startsWith("/*", i)) {
        depth++;
        i += 2;
      } else if (script.startsWith("*/", i)) {
        depth--;
        i += 2;
        if (depth == 0) {
          return i;
        }
      } else {
        i++;
      }
    }
    return i;
  }
}
