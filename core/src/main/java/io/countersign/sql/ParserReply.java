package io.countersign.sql;

/** What PostgreSQL's parser made of one text. */
sealed interface ParserReply {

  /**
   * The text is PostgreSQL.
   *
   * @param tree the parse tree, JSON
   * @param scan the tokens with UTF-8 byte offsets, JSON
   */
  record Parsed(String tree, String scan) implements ParserReply {}

  /**
   * The text is not PostgreSQL; the parser's message is left out because it quotes the text.
   *
   * @param position character at which it was refused, from 1, or 0 if unknown
   */
  record Refused(int position) implements ParserReply {}

  /** No answer: a trap, an exhausted stack or memory, or time ran out. */
  record Failed(ParserFailure why) implements ParserReply {}
}
