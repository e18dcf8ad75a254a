package io.countersign.api;

/**
 * How many rows an action may ask for.
 *
 * @param result that {@code execute_sql} returns
 * @param export that {@code export_data} writes
 */
public record RowLimits(int result, int export) {}
