package io.countersign.activity.export;

import io.countersign.store.result.ArtifactVault;

/**
 * What exports need beside a target.
 *
 * @param maxBytes that a file may have
 */
public record Exports(ArtifactVault vault, long maxBytes, ExportProgress progress) {}
