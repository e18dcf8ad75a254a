package io.countersign.api;

import io.countersign.action.Operation;
import io.countersign.action.Target;
import io.countersign.api.identity.Caller;
import io.countersign.api.identity.Caller.Role;
import io.countersign.policy.PolicyFile;
import io.dropwizard.auth.Auth;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** Who the caller is, which targets and operations there are, and which policy judges. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
public final class DirectoryResource {
  private final Map<String, Target> targets;
  private final Map<String, Operation> operations;
  private final PolicyFile policy;

  DirectoryResource(
      Map<String, Target> targets, Map<String, Operation> operations, PolicyFile policy) {
    this.targets = Map.copyOf(targets);
    this.operations = Map.copyOf(operations);
    this.policy = policy;
  }

  /** The caller as the identity provider vouches for it. */
  record MeReply(String type, String id, List<String> groups, List<String> roles) {}

  /** A target without anything that reaches it. */
  record TargetReply(String name, String environment, List<String> tags) {}

  /** The policy in force. */
  record PolicyReply(String version, List<String> groups) {}

  @GET
  @Path("/me")
  public MeReply me(@Auth Caller caller) {
    return new MeReply(
        caller.type().wireName(),
        caller.id(),
        caller.idpGroups(),
        caller.roles().stream()
            .map(Role::name)
            .map(name -> name.toLowerCase(Locale.ROOT))
            .sorted()
            .toList());
  }

  @GET
  @Path("/targets")
  public Page<TargetReply> targets(@Auth Caller caller) {
    return new Page<>(
        targets.values().stream()
            .sorted((one, other) -> one.name().compareTo(other.name()))
            .map(DirectoryResource::reply)
            .toList(),
        null);
  }

  /** What {@code change_infrastructure} can ask for. */
  @GET
  @Path("/operations")
  public Page<Operation> operations(@Auth Caller caller) {
    return new Page<>(
        operations.values().stream()
            .sorted((one, other) -> one.name().compareTo(other.name()))
            .toList(),
        null);
  }

  @GET
  @Path("/policy")
  public PolicyReply policy(@Auth Caller caller) {
    return new PolicyReply(policy.current().version(), policy.current().groups());
  }

  private static TargetReply reply(Target target) {
    TreeSet<String> tags = new TreeSet<>();
    target.tags().values().forEach(tags::addAll);
    return new TargetReply(target.name(), target.environment(), List.copyOf(tags));
  }
}
