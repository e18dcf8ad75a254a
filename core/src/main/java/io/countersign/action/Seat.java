package io.countersign.action;

/** One group's seats in the alternative nearest to approval. */
public record Seat(String group, int need, int have) {}
