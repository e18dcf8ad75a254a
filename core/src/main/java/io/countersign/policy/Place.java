package io.countersign.policy;

/** Where something stands in the policy file; both count from 1. */
record Place(int line, int column) {}
