/** The gateway's tables. Fees are in the model's fee units, amounts of vouchers in wei of OPEN. */
export const tables = `
create table if not exists channels (
  operator integer not null,
  model integer not null,
  payer bigint not null,
  salt bigint not null,
  -- The largest voucher that its signer signed.
  max_claimable numeric,
  signature text,
  signer text,
  -- What was ever answered or is being answered on it: it only grows, so no reorg makes it forget.
  served_units bigint not null,
  -- Up to this amount its vouchers are public, so that showing one proves nothing.
  presented numeric not null default 0,
  primary key (operator, model, payer, salt)
);

create table if not exists batches (
  id bigint generated always as identity primary key,
  operator integer not null,
  model integer not null,
  sender text not null,
  nonce bigint not null,
  -- Signed for one nonce, each for a higher fee than the one before: at most one of them is mined.
  attempts jsonb not null,
  sent_at timestamptz not null default now(),
  state text not null check (state in ('sent', 'mined', 'final', 'dropped')),
  block_hash text,
  block_number bigint,
  told jsonb
);
create index if not exists batches_open on batches (operator, id) where state in ('sent', 'mined');

create table if not exists calls (
  id text primary key,
  seq bigint generated always as identity,
  operator integer not null,
  model integer not null,
  payer bigint not null,
  salt bigint not null,
  -- The caller's name for it: asking again under the same name costs nothing.
  key text,
  state text not null check (state in ('reserved', 'answered')),
  -- The most that it may cost while it is reserved, then what it costs.
  fee_units integer not null,
  request_hash text not null,
  -- Which process answers it: one that has ended never will.
  process integer not null,
  receipt jsonb,
  answered_at timestamptz,
  batch bigint references batches,
  place integer,
  foreign key (operator, model, payer, salt) references channels,
  unique (operator, model, payer, salt, key)
);
create index if not exists calls_waiting on calls (operator, model, seq) where batch is null;
create index if not exists calls_batch on calls (batch) where batch is not null;
`
