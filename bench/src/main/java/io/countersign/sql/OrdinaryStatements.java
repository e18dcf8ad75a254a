package io.countersign.sql;

import java.util.List;

/** What agents ordinarily send: from a look-up by key to a report with windows. */
final class OrdinaryStatements {
  private OrdinaryStatements() {}

  static final List<String> ALL =
      List.of(
          "select id, name, city from customers where id = $1",
          "select count(*) from orders where created_at > now() - interval '7 days'",
          "select * from payments order by created_at desc limit 50",
          "select status, count(*) from orders group by status having count(*) > 10",
          "select o.id, c.name from orders o join customers c on c.id = o.customer_id"
              + " where o.total > 100 and c.city in ('Paris', 'Berlin', 'Madrid')",
          "select date_trunc('month', paid_at) as month, sum(amount) from payments"
              + " where paid_at >= date '2025-01-01' group by 1 order by 1",
          "with late as (select * from orders where shipped_at is null)"
              + " select customer_id, count(*) from late group by customer_id",
          "select id, total, rank() over (partition by customer_id order by total desc)"
              + " from orders",
          "select id, details ->> 'colour' from items where details @> '{\"size\": 4}'",
          "select coalesce(nickname, name), case when active then 'yes' else 'no' end from users",
          "select a.id from accounts a where exists"
              + " (select 1 from logins l where l.account_id = a.id and l.failed)",
          "select email from users where lower(email) like '%@example.com' and not blocked",
          "select 1",
          "insert into notes (customer_id, body) values (17, 'called back')",
          "insert into stock (item_id, amount) values (1, 10), (2, 20), (3, 30)"
              + " on conflict (item_id) do update set amount = excluded.amount",
          "update orders set status = 'shipped', shipped_at = now() where id = 4711",
          "update users set last_seen = $1 where id = $2 and last_seen < $1",
          "delete from sessions where expires_at < now() - interval '30 days'",
          "alter table orders add column note text",
          "create index orders_by_customer on orders (customer_id, created_at)");
}
