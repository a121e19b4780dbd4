-- The index: everything here is derived from decks, settings and journal, and may be deleted.

create table meta (
  key text primary key,
  value text not null
) strict, without rowid;

-- What was read of each file, so that only what changed is read again.
create table file (
  path text primary key,
  kind text not null,          -- deck | notetype | journal
  size integer not null,
  mtime integer not null,      -- ns
  ctime integer not null,      -- ns; -1: look again, it was too young to tell
  inode integer not null,
  read_to integer not null default 0,   -- journal: bytes read
  lines integer not null default 0,     -- journal: lines read
  checksum integer not null default 0,  -- CRC-32 of what was read
  tail blob,                            -- journal: the last 4 KiB that were read
  device text,                          -- journal: whose file it is
  format integer,                       -- journal: the format its header names
  deck text,                            -- deck: its name
  about text                            -- deck: description, author and licence as JSON
) strict;

create table problem (
  path text not null,
  line integer not null,
  column integer not null,
  severity text not null,
  code text not null,
  message text not null,
  hint text not null,
  source text not null         -- what found it: file, cross (comparing notes), types or journal
) strict;
create index problem_by_path on problem (path);

create table note (
  key integer primary key,
  id text not null,
  path text not null,
  position integer not null,   -- order in the file
  deck text not null,
  draft integer not null,
  left_out integer not null default 0,
  line integer not null,
  column integer not null,
  links text,                  -- its needs and was as JSON; null where it has neither
  data text not null           -- the note as JSON
) strict;
create index note_by_id on note (id);
create index note_by_path on note (path);
create index note_linked on note (deck, path, position) where links is not null;
create index note_draft on note (left_out) where draft;
create index note_left_out on note (key) where left_out;

-- Notes whose text was another one when their file was read before, and when that file was written (ms). The text alone
-- does not tell this, so an index made anew has none.
create table edited (
  note text primary key,
  at integer not null
) strict, without rowid;

create table card (
  id text not null,
  note_key integer not null,
  note text not null,
  deck text not null,
  template text not null,
  ord integer not null,        -- order within the note
  path text not null,
  position integer not null,
  active integer not null,     -- neither draft nor left out
  fresh integer not null       -- 0: was answered; else new: 1 without a state, 2 with one, so perhaps set aside
) strict;
create index card_by_id on card (id, active, note, deck);
create index card_by_note on card (note_key);
create index card_by_path on card (path);
create index card_by_note_id on card (note);
create index card_by_deck on card (deck) where active;
-- Of new cards nothing else of a row is read.
create index card_to_learn on card (active, deck, path, position, ord, id, note, fresh) where fresh;

create table alias (
  old text primary key,        -- a former note id
  note text not null
) strict, without rowid;

-- What a change of the decks leaves to do on the journal's side: cards that came, went or lie elsewhere now, each with
-- the deck that it lay in when its state was folded; former note ids that lead elsewhere, with where they led.
create table moved (
  card text primary key,
  deck text not null
) strict, without rowid;
create table renamed (
  old text primary key,
  note text not null
) strict, without rowid;

create table face (
  card text not null,
  wording integer not null,
  front text not null,
  back text not null,
  answer text not null,
  primary key (card, wording)
) strict, without rowid;

create table event (
  id text primary key,
  at integer not null,         -- ms since the epoch, UTC
  do text not null,
  device text not null,
  card text,                   -- as written
  subject text,                -- the card it is now, aliases resolved
  target text,                 -- the event that an undo or amend names
  because text,                -- the event that this one goes with
  rating integer,
  ms integer,
  mode text,
  day integer,
  due integer,
  step integer,
  after text,
  value integer,               -- flag; bury's until; amend's new time
  text text,                   -- mark's text; content's hash
  dead integer not null default 0,
  written_at integer,          -- at and day as written, where an amend changed them
  written_day integer
) strict, without rowid;
create index event_by_subject on event (subject, at, id);
create index event_by_device on event (device, at, id);
create index event_by_day on event (day) where day is not null;
create index event_by_target on event (target) where target is not null;
create index event_by_because on event (because) where because is not null;
create index event_by_content on event (card) where do = 'content';
-- What undos and amends overruled: few of a million, and looked through at each further one.
create index event_overruled on event (dead, written_at) where dead or written_at is not null;

create table state (
  card text primary key,
  kind integer not null,       -- 0 new, 1 learning, 2 review, 3 relearning
  due integer,                 -- kind 2: study day; 1 and 3: ms
  step integer,
  memory text,                 -- the model's own tuple as JSON
  stability real,
  difficulty real,
  reps integer not null,
  lapses integer not null,
  last_at integer,
  last_day integer,
  last_event text,
  suspended integer not null,
  buried_until integer,
  flag integer not null,
  mark text
) strict, without rowid;
create index state_suspended on state (card) where suspended;
-- Of thousands that are due, nothing else of a row is read.
create index state_due on state (kind, due, suspended, buried_until, last_day, memory);

-- Cards with a state that no deck has.
create table gone (
  card text primary key
) strict, without rowid;
