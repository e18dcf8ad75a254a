package io.countersign.workflow;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.api.operatorservice.v1.AddSearchAttributesRequest;
import io.temporal.api.operatorservice.v1.ListSearchAttributesRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.serviceclient.OperatorServiceStubs;
import io.temporal.serviceclient.OperatorServiceStubsOptions;
import io.temporal.serviceclient.RpcRetryOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.File;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.net.ssl.SSLException;

/** The connection to a real Temporal server. */
public final class TemporalConnection implements AutoCloseable {
  private static final Duration RPC_TIMEOUT = Duration.ofSeconds(5);

  private final TemporalConfig config;
  private final WorkflowServiceStubs service;

  private TemporalConnection(TemporalConfig config, WorkflowServiceStubs service) {
    this.config = config;
    this.service = service;
  }

  /** Connects lazily; a server that is down now is found when it is back. */
  public static TemporalConnection open(TemporalConfig config) {
    WorkflowServiceStubsOptions.Builder options =
        WorkflowServiceStubsOptions.newBuilder()
            .setTarget(config.address())
            .setRpcTimeout(RPC_TIMEOUT)
            .setRpcRetryOptions(
                RpcRetryOptions.newBuilder()
                    .setExpiration(RPC_TIMEOUT)
                    .validateBuildWithDefaults());
    TemporalConfig.Tls tls = config.tls();
    if (tls != null) {
      options.setSslContext(sslContext(tls));
      if (tls.serverName() != null) {
        options.setChannelInitializer(channel -> channel.overrideAuthority(tls.serverName()));
      }
    }
    return new TemporalConnection(
        config, WorkflowServiceStubs.newServiceStubs(options.validateAndBuildWithDefaults()));
  }

  public WorkflowClient client() {
    return WorkflowClient.newInstance(
        service,
        WorkflowClientOptions.newBuilder().setNamespace(config.namespaceOrDefault()).build());
  }

  /** The search attributes that {@link OperatorView} fills. */
  public static Map<String, IndexedValueType> searchAttributes() {
    Map<String, IndexedValueType> attributes = new LinkedHashMap<>();
    attributes.put(OperatorView.STATUS.getName(), IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD);
    attributes.put(OperatorView.KIND.getName(), IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD);
    attributes.put(OperatorView.TARGET.getName(), IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD);
    attributes.put(OperatorView.TAGS.getName(), IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST);
    attributes.put(OperatorView.REQUESTER.getName(), IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD);
    return attributes;
  }

  /** Registers the search attributes that are missing; starts fail until they are there. */
  public void registerSearchAttributes() {
    OperatorServiceStubs operators =
        OperatorServiceStubs.newServiceStubs(
            OperatorServiceStubsOptions.newBuilder()
                .setChannel(service.getRawChannel())
                .validateAndBuildWithDefaults());
    try {
      Map<String, IndexedValueType> missing = searchAttributes();
      operators
          .blockingStub()
          .listSearchAttributes(
              ListSearchAttributesRequest.newBuilder()
                  .setNamespace(config.namespaceOrDefault())
                  .build())
          .getCustomAttributesMap()
          .keySet()
          .forEach(missing::remove);
      if (!missing.isEmpty()) {
        operators
            .blockingStub()
            .addSearchAttributes(
                AddSearchAttributesRequest.newBuilder()
                    .setNamespace(config.namespaceOrDefault())
                    .putAllSearchAttributes(missing)
                    .build());
      }
    } finally {
      operators.shutdown();
    }
  }

  private static SslContext sslContext(TemporalConfig.Tls tls) {
    try {
      SslContextBuilder builder = GrpcSslContexts.forClient();
      if (tls.ca() != null) {
        builder.trustManager(new File(tls.ca()));
      }
      if (tls.certificate() != null && tls.key() != null) {
        builder.keyManager(new File(tls.certificate()), new File(tls.key()));
      }
      return builder.build();
    } catch (SSLException e) {
      throw new IllegalArgumentException("temporal.tls: the certificates cannot be used", e);
    }
  }

  @Override
  public void close() {
    service.shutdown();
  }
}
