-- The tables that the honest reads name: every kind of relation and of column that they touch.
create type order_status as enum ('open', 'paid', 'closed');
create type address as (street text, city text, zip text);
create domain email as text check (value like '%@%');
create table customers (
  id int primary key, name text not null, email email, city text, address address, flags int,
  score numeric, closed boolean default false);
create table orders (
  id serial primary key, customer_id int references customers, total numeric(12, 2),
  status text default 'open', state order_status default 'open', placed_at timestamptz,
  paid boolean, note text, flags int default 0, meta jsonb);
create index on orders (customer_id);
create table payments (
  id int primary key, order_id int references orders on delete cascade, amount numeric,
  method varchar(20), status char(4), paid_at timestamp);
create table categories (id int primary key, parent_id int references categories, name text);
create table events (id bigint generated always as identity primary key, kind text, data jsonb);
create table posts (
  id int primary key, title text, body text, tags text[],
  search tsvector generated always as (to_tsvector('english', title || ' ' || body)) stored);
create table bookings (id int primary key, room int, period daterange, slots int4multirange);
create table documents (id int primary key, doc xml);
create table files (id int primary key, content bytea);
create table hosts (id int primary key, address inet, mac macaddr);
create table measurements (taken date not null, value float8) partition by range (taken);
create table measurements_2024 partition of measurements
  for values from ('2024-01-01') to ('2025-01-01');
create table measurements_later partition of measurements default;
create table people (id int primary key, name text);
create table employees (salary money) inherits (people);
create table "Orders" ("select" int, "größe" int);
create table log (n int, line text);
create view open_orders as select id, total from orders where status = 'open';
create materialized view totals as select customer_id, sum(total) as total from orders group by 1;
create sequence numbers;

insert into customers values
  (1, 'Zoë', 'zoe@example.com', 'Köln', ('Hauptstr. 1', 'Köln', '50667'), 5, 1.5),
  (2, 'Ann', 'ann@example.com', 'Oslo', ('Torg 2', 'Oslo', '0150'), 2, null),
  (3, 'O''Neil', null, null, null, null, 3);
insert into orders (customer_id, total, status, state, placed_at, paid, note, meta)
  select 1 + n % 3, n * 10, 'open', 'open', timestamptz '2024-01-01' + n * interval '1 day',
         n % 2 = 0, 'n', jsonb_build_object('n', n)
    from generate_series(1, 40) n;
insert into payments
  select n, n, n * 10, 'card', 'ok', timestamp '2024-02-01' + n * interval '1 hour'
    from generate_series(1, 20) n;
insert into categories values (1, null, 'all'), (2, 1, 'tools'), (3, 2, 'hammers');
insert into events (kind, data) values
  ('paid', '{"kind": "paid", "amount": 12.5, "items": [{"sku": "a", "price": 3}]}'),
  ('sent', '{"kind": "sent", "amount": "7", "items": []}');
insert into posts (id, title, body, tags) values
  (1, 'Cats', 'a cat and a quick fox', '{red,blue}'), (2, 'Dogs', 'no cats here', '{green}');
insert into bookings values
  (1, 7, '[2024-01-01,2024-01-05)', '{[1,3),[5,8)}'), (2, 7, '[2024-02-01,)', '{}');
insert into documents values (1, '<a><b id="1">x</b><b id="2">y</b></a>');
insert into files values (1, '\x00ff'), (2, 'abc');
insert into hosts values (1, '10.1.2.3/24', '08:00:2b:01:02:03');
insert into measurements values ('2024-05-01', 1.5), ('2030-01-01', 2.5);
insert into people values (1, 'Eve');
insert into employees values (2, 'Bob', 100);
insert into "Orders" values (1, 2);
insert into log values (1, 'x');
refresh materialized view totals;
