package io.countersign.worker;

import io.dropwizard.configuration.ConfigurationFactory;
import io.dropwizard.configuration.ConfigurationSourceProvider;

/** Hands Dropwizard the configuration that {@link ConfigFile} has read and checked already. */
record FixedConfiguration(CountersignConfig config)
    implements ConfigurationFactory<CountersignConfig> {
  @Override
  public CountersignConfig build(ConfigurationSourceProvider provider, String path) {
    return config;
  }

  @Override
  public CountersignConfig build() {
    return config;
  }
}
