package io.countersign.worker;

import io.countersign.activity.targets.TargetConfig.Credentials;
import io.countersign.activity.targets.TargetConfig.Login;
import io.countersign.activity.targets.TargetSetup;
import io.countersign.store.DatabaseConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The database to try things on: a shop with customers, orders and payments. */
public final class SampleShop {
  /** Which of its data are personal or about cards, for the target's configuration. */
  public static final Map<String, List<String>> TAGS =
      Map.of(
          "public.customers.email", List.of("pii", "email"),
          "public.customers.phone", List.of("pii", "phone"),
          "public.payments", List.of("pci"));

  private static final Credentials LOGINS =
      new Credentials(
          new Login("cs_read", ""),
          new Login("cs_write", ""),
          new Login("cs_ddl", ""),
          new Login("cs_roles", ""));

  private SampleShop() {}

  /** Passwords of the roles {@code cs_read}, {@code cs_write} and so on. */
  public record Passwords(String read, String write, String ddl, String roles) {
    @Override
    public String toString() {
      return "Passwords[]";
    }
  }

  /**
   * Makes the shop and its roles in an empty database; where the shop stands already, only the
   * roles and their passwords are brought up to date.
   *
   * @param owner a login that may create roles
   */
  public static void create(DatabaseConfig owner, Passwords passwords) throws SQLException {
    try (Connection connection =
        DriverManager.getConnection(owner.url(), owner.user(), owner.password())) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.setEscapeProcessing(false);
        if (!exists(statement)) {
          statement.execute(resource("sample-shop.sql"));
        }
        statement.execute(TargetSetup.sql("shop", LOGINS, List.of("public")));
        for (String table : List.of("customers", "orders", "payments")) {
          statement.execute("alter table public." + table + " owner to cs_ddl");
        }
        statement.execute(resource("sample-roles.sql"));
      }
      setPassword(connection, "cs_read", passwords.read());
      setPassword(connection, "cs_write", passwords.write());
      setPassword(connection, "cs_ddl", passwords.ddl());
      setPassword(connection, "cs_roles", passwords.roles());
      connection.commit();
    }
  }

  private static boolean exists(Statement statement) throws SQLException {
    try (ResultSet row =
        statement.executeQuery("select to_regclass('public.payments') is not null")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  private static void setPassword(Connection connection, String role, String password)
      throws SQLException {
    String command;
    // ALTER ROLE takes no parameters: the server itself quotes the password.
    try (PreparedStatement quote =
        connection.prepareStatement("select format('alter role %I password %L', ?, ?)")) {
      quote.setString(1, role);
      quote.setString(2, password);
      try (ResultSet row = quote.executeQuery()) {
        row.next();
        command = row.getString(1);
      }
    }
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      statement.execute(command);
    }
  }

  private static String resource(String name) {
    try (InputStream in =
        Objects.requireNonNull(SampleShop.class.getResourceAsStream(name), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
