//! The tables of the ledger, and the migrations that bring an older database to the current version.

use crate::ledger::store::database::{Database, DatabaseError, Param};

/// Each entry migrates the database to the next version. A released entry is never changed; new ones are added at the
/// end.
const MIGRATIONS: &[&[&str]] = &[
    FIRST,
    GROUNDS_AND_PERSONS,
    RIGHTS,
    LINKS,
    STOREFRONT,
    LISTS,
    POLICY,
    WARNINGS,
    WIDE_OPT_OUTS,
    INBOUND,
    WAITING_MESSAGES,
    NOTICES,
    OUTCOMES,
    CURRENT_ADDRESSES,
    FACTS_OF_ACTS,
    ONE_FORM,
    UNREAD_INBOUND,
    APART,
    BUDGETS,
    KEYS,
    CONNECTIONS,
    OPEN_ERASURES,
];

const FIRST: &[&str] = &[
    "CREATE TABLE shop (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        id TEXT NOT NULL,
        settings TEXT NOT NULL,
        secret TEXT NOT NULL,
        created_at INTEGER NOT NULL
    ) STRICT",
    "CREATE TABLE api_key (
        hash TEXT PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        scopes TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        revoked_at INTEGER
    ) STRICT, WITHOUT ROWID",
    "CREATE TABLE contact (
        id INTEGER PRIMARY KEY,
        uuid TEXT NOT NULL UNIQUE,
        country TEXT,
        created_at INTEGER NOT NULL
    ) STRICT",
    // `match_key` is the normalised form: two spellings of one address have the same. `value` is the form to show.
    "CREATE TABLE address (
        id INTEGER PRIMARY KEY,
        contact INTEGER NOT NULL REFERENCES contact,
        kind TEXT NOT NULL,
        match_key TEXT NOT NULL,
        value TEXT NOT NULL,
        assurance TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        UNIQUE (kind, match_key)
    ) STRICT",
    "CREATE INDEX address_of_contact ON address (contact)",
    "CREATE TABLE external_id (
        value TEXT PRIMARY KEY,
        contact INTEGER NOT NULL REFERENCES contact,
        created_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX external_id_of_contact ON external_id (contact)",
    // One submission: the evidence that its records share.
    "CREATE TABLE submission (
        id TEXT PRIMARY KEY,
        fingerprint TEXT NOT NULL,
        contact INTEGER NOT NULL REFERENCES contact,
        received_at INTEGER NOT NULL,
        occurred_at INTEGER,
        notice_id TEXT NOT NULL,
        notice_version TEXT NOT NULL,
        notice_locale TEXT NOT NULL,
        notice_sha256 TEXT NOT NULL,
        source_kind TEXT NOT NULL,
        source_url TEXT,
        source_form TEXT
    ) STRICT, WITHOUT ROWID",
    // The consent records. `*` in channel or purpose means all of them, `-` in basis means none. The records of an
    // address are stored next to each other, ordered by id and thus by time.
    "CREATE TABLE record (
        id TEXT NOT NULL,
        address INTEGER NOT NULL REFERENCES address,
        channel TEXT NOT NULL,
        purpose TEXT NOT NULL,
        choice TEXT NOT NULL,
        basis TEXT NOT NULL,
        objection INTEGER NOT NULL,
        assurance TEXT NOT NULL,
        effective_at INTEGER NOT NULL,
        submission TEXT NOT NULL REFERENCES submission,
        PRIMARY KEY (address, id)
    ) STRICT, WITHOUT ROWID",
    "CREATE TRIGGER record_is_immutable BEFORE UPDATE ON record
        BEGIN SELECT RAISE(ABORT, 'a record is never changed'); END",
    // The standings, derived from the records by `track::keep`. Activities are stored only here, the latest of each
    // kind.
    "CREATE TABLE track (
        address INTEGER NOT NULL REFERENCES address,
        channel TEXT NOT NULL,
        purpose TEXT NOT NULL,
        choice TEXT NOT NULL,
        basis TEXT NOT NULL,
        objection INTEGER NOT NULL,
        assurance TEXT NOT NULL,
        effective_at INTEGER NOT NULL,
        record TEXT NOT NULL,
        PRIMARY KEY (address, channel, purpose, choice, basis, objection, assurance)
    ) STRICT, WITHOUT ROWID",
];

const GROUNDS_AND_PERSONS: &[&str] = &[
    // A ground is a basis and, after a colon, the dealing that it rests on. The first version accepted only consent,
    // which is a valid ground without a dealing.
    "ALTER TABLE record RENAME COLUMN basis TO ground",
    "ALTER TABLE track RENAME COLUMN basis TO ground",
    // JSON, see `evidence`. A submission without a notice has empty texts in the notice columns.
    "ALTER TABLE record ADD COLUMN evidence TEXT",
    "ALTER TABLE contact ADD COLUMN region TEXT",
    "ALTER TABLE contact ADD COLUMN relation TEXT",
    "ALTER TABLE contact ADD COLUMN born TEXT",
    // GDPR Art. 18.
    "ALTER TABLE contact ADD COLUMN restricted_at INTEGER",
    "ALTER TABLE contact ADD COLUMN restriction_reason TEXT",
    // Addresses that must not receive messages, as hashes that reveal nothing without the shop's secret. `*` in channel
    // means all channels.
    "CREATE TABLE suppression (
        hash TEXT NOT NULL,
        channel TEXT NOT NULL,
        id TEXT NOT NULL,
        reason TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        PRIMARY KEY (hash, channel)
    ) STRICT, WITHOUT ROWID",
    "UPDATE api_key SET scopes = scopes || ' write' WHERE kind = 'sk'",
];

const RIGHTS: &[&str] = &[
    // A merged contact keeps its row, so that the merge can be undone. Its addresses and external ids move to the other
    // contact; `home` stores which contact they came from.
    "ALTER TABLE contact ADD COLUMN merged_into INTEGER REFERENCES contact",
    "CREATE INDEX contact_merged ON contact (merged_into) WHERE merged_into IS NOT NULL",
    "ALTER TABLE address ADD COLUMN home INTEGER REFERENCES contact",
    "CREATE INDEX address_home ON address (home) WHERE home IS NOT NULL",
    "ALTER TABLE external_id ADD COLUMN home INTEGER REFERENCES contact",
    "CREATE INDEX external_id_home ON external_id (home) WHERE home IS NOT NULL",
    // These indexes let the ledger find and delete the data of one person at the same cost, however many persons there
    // are.
    "CREATE INDEX submission_of_contact ON submission (contact)",
    "CREATE INDEX record_of_submission ON record (submission)",
    // The acts done for the person under their rights. `detail` is JSON, see `rights`.
    "CREATE TABLE rights_act (
        id TEXT PRIMARY KEY,
        contact INTEGER NOT NULL REFERENCES contact,
        kind TEXT NOT NULL,
        at INTEGER NOT NULL,
        key TEXT NOT NULL,
        reason TEXT,
        detail TEXT
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX rights_act_of_contact ON rights_act (contact, id)",
    // Which data was disclosed to which recipient, GDPR Art. 15(1)(c) and 19.
    "CREATE TABLE disclosure (
        contact INTEGER NOT NULL REFERENCES contact,
        recipient TEXT NOT NULL,
        data TEXT NOT NULL,
        first_at INTEGER NOT NULL,
        last_at INTEGER NOT NULL,
        times INTEGER NOT NULL,
        PRIMARY KEY (contact, recipient, data)
    ) STRICT, WITHOUT ROWID",
    // Anonymous submissions over the flood limit of one address, which only repeat what is on record. They are counted
    // only.
    "CREATE TABLE damped (
        address INTEGER PRIMARY KEY REFERENCES address,
        count INTEGER NOT NULL,
        last_at INTEGER NOT NULL
    ) STRICT",
    // The rows that an erasure leaves: the signed certificate, found by the ids that the contact had; the ids of its
    // submissions as keyed hashes, so that a repeated submission does not bring the person back; counts of its records
    // without identity.
    "CREATE TABLE certificate (
        id TEXT PRIMARY KEY,
        erased_at INTEGER NOT NULL,
        jws TEXT NOT NULL,
        recipients TEXT NOT NULL
    ) STRICT, WITHOUT ROWID",
    "CREATE TABLE erased_contact (
        uuid TEXT PRIMARY KEY,
        certificate TEXT NOT NULL REFERENCES certificate
    ) STRICT, WITHOUT ROWID",
    "CREATE TABLE spent_submission (
        hash TEXT PRIMARY KEY,
        received_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID",
    "CREATE TABLE erased_count (
        month TEXT NOT NULL,
        channel TEXT NOT NULL,
        purpose TEXT NOT NULL,
        choice TEXT NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (month, channel, purpose, choice)
    ) STRICT, WITHOUT ROWID",
    // Before this version the reason was free text, which may contain personal data.
    "UPDATE suppression SET reason = 'other'",
    // The audit log. Ids ascend with time; `contact` is the id of a contact, never an address.
    "CREATE TABLE audit (
        id TEXT PRIMARY KEY,
        at INTEGER NOT NULL,
        key TEXT NOT NULL,
        method TEXT NOT NULL,
        route TEXT NOT NULL,
        contact TEXT,
        status INTEGER NOT NULL,
        outcome TEXT NOT NULL
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX audit_of_contact ON audit (contact, id) WHERE contact IS NOT NULL",
    // Answers to requests with an Idempotency-Key, stored for as long as the key is valid.
    "CREATE TABLE idempotency (
        hash TEXT PRIMARY KEY,
        fingerprint TEXT NOT NULL,
        contact TEXT,
        status INTEGER NOT NULL,
        body TEXT NOT NULL,
        etag TEXT,
        created_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX idempotency_age ON idempotency (created_at)",
    "CREATE INDEX idempotency_of_contact ON idempotency (contact) WHERE contact IS NOT NULL",
    "ALTER TABLE api_key ADD COLUMN name TEXT",
    // JSON; NULL means the origins of the shop.
    "ALTER TABLE api_key ADD COLUMN origins TEXT",
    "ALTER TABLE api_key ADD COLUMN expires_at INTEGER",
    "ALTER TABLE api_key ADD COLUMN last_used_at INTEGER",
    "ALTER TABLE api_key ADD COLUMN replaced_by TEXT",
    // Before this version a shop had one secret key, which was meant to do everything.
    "UPDATE api_key SET scopes = 'storefront capture read write export erase lists admin' WHERE kind = 'sk'",
];

const LINKS: &[&str] = &[
    // The pseudonym of the address in links: a keyed hash, see `link`. NULL in older rows until a link to the address
    // is made.
    "ALTER TABLE address ADD COLUMN pseudonym TEXT",
    "CREATE UNIQUE INDEX address_pseudonym ON address (pseudonym) WHERE pseudonym IS NOT NULL",
    // Whether the shop has stated that the address and other linked addresses of the contact belong to one person.
    "ALTER TABLE address ADD COLUMN linked INTEGER NOT NULL DEFAULT 0",
    "UPDATE address SET linked = 1 WHERE assurance <> 'claimed'",
    // The row of the address that replaced this one in a correction.
    "ALTER TABLE address ADD COLUMN successor INTEGER",
    // Whether the disclosure was copied from the contact that this one was separated from.
    "ALTER TABLE disclosure ADD COLUMN inherited INTEGER NOT NULL DEFAULT 0",
    // Messages contain links and codes with which one can act as the person, so they need a scope of their own.
    "UPDATE api_key SET scopes = scopes || ' messages' WHERE kind = 'sk' AND ' ' || scopes || ' ' LIKE '% admin %'",
    // The webhooks and the state of their deliveries. A secret is derived from the shop's secret and the generation.
    // `events` is JSON; NULL means all events.
    "CREATE TABLE webhook (
        id TEXT PRIMARY KEY,
        url TEXT NOT NULL,
        events TEXT,
        payload TEXT NOT NULL,
        generation INTEGER NOT NULL,
        rotated_until INTEGER,
        created_at INTEGER NOT NULL,
        disabled_at INTEGER,
        disabled_reason TEXT,
        failures INTEGER NOT NULL DEFAULT 0,
        held_until INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID",
    // The events, with ids only. `data` is JSON, written in the same transaction as the cause.
    "CREATE TABLE event (
        id TEXT PRIMARY KEY,
        type TEXT NOT NULL,
        at INTEGER NOT NULL,
        data TEXT NOT NULL
    ) STRICT, WITHOUT ROWID",
    // Each submission writes two rows (its event, and one delivery per webhook). So there is no index by event and no
    // foreign key that would need one: a shop has few webhooks, and an event is looked up under each of them.
    "CREATE TABLE delivery (
        webhook TEXT NOT NULL REFERENCES webhook,
        event TEXT NOT NULL,
        state TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        due_at INTEGER NOT NULL,
        tried_at INTEGER,
        status INTEGER,
        failure TEXT,
        PRIMARY KEY (webhook, event)
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX delivery_due ON delivery (webhook, due_at) WHERE state = 'pending'",
    "CREATE INDEX delivery_dead ON delivery (webhook, event) WHERE state = 'dead'",
    // The messages that the shop has to send. A message contains the address for as long as the shop may fetch it
    // again.
    "CREATE TABLE message (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        medium TEXT NOT NULL,
        to_value TEXT NOT NULL,
        pseudonym TEXT NOT NULL,
        locale TEXT NOT NULL,
        about TEXT,
        detail TEXT NOT NULL,
        created_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX message_of_address ON message (pseudonym, created_at)",
    // Requests to an address to confirm an opt-in (double opt-in). `scopes` is JSON, see `confirmation`.
    "CREATE TABLE confirmation (
        id TEXT PRIMARY KEY,
        address INTEGER NOT NULL REFERENCES address,
        medium TEXT NOT NULL,
        scopes TEXT NOT NULL,
        locale TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        used_at INTEGER
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX confirmation_of_address ON confirmation (address, created_at)",
    // The subject requests. Address and details are deleted when a request is closed; the rest is the log that 11 CCR
    // 7101 requires.
    "CREATE TABLE subject_request (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        state TEXT NOT NULL,
        origin TEXT NOT NULL,
        to_kind TEXT NOT NULL,
        to_value TEXT,
        pseudonym TEXT,
        subject TEXT,
        locale TEXT NOT NULL,
        details TEXT,
        regime TEXT NOT NULL,
        received_on TEXT NOT NULL,
        acknowledge_by TEXT,
        due TEXT NOT NULL,
        extended TEXT,
        is_extended INTEGER NOT NULL DEFAULT 0,
        reminders TEXT NOT NULL,
        remind_on TEXT,
        opened_at INTEGER NOT NULL,
        verify_until INTEGER NOT NULL,
        sent INTEGER NOT NULL DEFAULT 0,
        tries INTEGER NOT NULL DEFAULT 0,
        tries_of_opener INTEGER NOT NULL DEFAULT 0,
        verified_at INTEGER,
        closed_at INTEGER,
        reason TEXT,
        download_until INTEGER
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX subject_request_of_address ON subject_request (pseudonym, opened_at)",
    "CREATE INDEX subject_request_of_subject ON subject_request (subject) WHERE subject IS NOT NULL",
    "CREATE INDEX subject_request_reminder ON subject_request (remind_on) WHERE remind_on IS NOT NULL",
    "CREATE INDEX subject_request_closed ON subject_request (closed_at) WHERE closed_at IS NOT NULL",
    // The notice texts of placet's own pages that somebody read before a choice, each text once.
    "CREATE TABLE own_words (
        text_sha256 TEXT PRIMARY KEY,
        text TEXT NOT NULL
    ) STRICT, WITHOUT ROWID",
    // The providers of inbound messages with their signing secrets, and the received inbound messages as keyed hashes.
    "CREATE TABLE provider (
        name TEXT PRIMARY KEY,
        secret TEXT NOT NULL,
        verify_token TEXT,
        created_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID",
    "CREATE TABLE inbound (
        hash TEXT PRIMARY KEY,
        at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX inbound_age ON inbound (at)",
    // The progress of the background jobs.
    "CREATE TABLE job (
        name TEXT PRIMARY KEY,
        due_at INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        done_at INTEGER,
        place TEXT
    ) STRICT, WITHOUT ROWID",
];

/// Further data that a page sends with a submission.
const STOREFRONT: &[&str] = &[
    "ALTER TABLE submission ADD COLUMN source_module TEXT",
    "ALTER TABLE submission ADD COLUMN source_gpc INTEGER NOT NULL DEFAULT 0",
    // Stored only if the shop keeps them as evidence: the network, and the browser without minor versions.
    "ALTER TABLE submission ADD COLUMN source_ip TEXT",
    "ALTER TABLE submission ADD COLUMN source_user_agent TEXT",
    // The notice texts that submissions brought along, each text once.
    "CREATE TABLE sent_words (
        text_sha256 TEXT PRIMARY KEY,
        text TEXT NOT NULL,
        first_at INTEGER NOT NULL,
        uses INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX sent_words_unused ON sent_words (uses) WHERE uses <= 0",
];

/// Imports of lists of contacts.
const LISTS: &[&str] = &[
    // A file, how to read it, and how far the import has come. `key` is the id of the API key that started it.
    // `settings`, `layout`, `place` and `failure` are JSON, see `import`.
    "CREATE TABLE import (
        id TEXT PRIMARY KEY,
        state TEXT NOT NULL,
        key TEXT NOT NULL,
        repeat_hash TEXT,
        settings TEXT NOT NULL,
        is_dry_run INTEGER NOT NULL,
        received INTEGER NOT NULL DEFAULT 0,
        digest TEXT NOT NULL DEFAULT '',
        sha256 TEXT,
        layout TEXT,
        place TEXT,
        bytes_done INTEGER NOT NULL DEFAULT 0,
        rows INTEGER NOT NULL DEFAULT 0,
        windows_1252 INTEGER NOT NULL DEFAULT 0,
        accepted INTEGER NOT NULL DEFAULT 0,
        unchanged INTEGER NOT NULL DEFAULT 0,
        outranked INTEGER NOT NULL DEFAULT 0,
        suppressed INTEGER NOT NULL DEFAULT 0,
        duplicate INTEGER NOT NULL DEFAULT 0,
        rejected INTEGER NOT NULL DEFAULT 0,
        no_choice INTEGER NOT NULL DEFAULT 0,
        worked INTEGER NOT NULL DEFAULT 0,
        failure TEXT,
        created_at INTEGER NOT NULL,
        touched_at INTEGER NOT NULL,
        started_at INTEGER,
        finished_at INTEGER,
        undone_at INTEGER,
        undone_to TEXT
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX import_state ON import (state, id)",
    "CREATE UNIQUE INDEX import_repeated ON import (repeat_hash) WHERE repeat_hash IS NOT NULL",
    "CREATE INDEX import_of_file ON import (sha256) WHERE sha256 IS NOT NULL",
    // The uploaded file, stored until the import has ended.
    "CREATE TABLE import_chunk (
        import TEXT NOT NULL REFERENCES import,
        place INTEGER NOT NULL,
        bytes BLOB NOT NULL,
        PRIMARY KEY (import, place)
    ) STRICT",
    // Rejected rows in their original form, so that they can be corrected. `fault` and `cells` are JSON.
    "CREATE TABLE import_error (
        import TEXT NOT NULL REFERENCES import,
        row INTEGER NOT NULL,
        line INTEGER NOT NULL,
        fault TEXT NOT NULL,
        cells TEXT NOT NULL,
        PRIMARY KEY (import, row)
    ) STRICT, WITHOUT ROWID",
    // The result that a dry run has for an address: its contact, and the histories it would have, as JSON. Deleted when
    // the dry run ends.
    "CREATE TABLE import_trial (
        import TEXT NOT NULL REFERENCES import,
        address TEXT NOT NULL,
        filed_under INTEGER NOT NULL,
        tracks TEXT NOT NULL,
        PRIMARY KEY (import, address)
    ) STRICT, WITHOUT ROWID",
    // The facts that a list has added to a contact, as JSON.
    "CREATE TABLE import_learned (
        import TEXT NOT NULL REFERENCES import,
        contact INTEGER NOT NULL REFERENCES contact,
        facts TEXT NOT NULL,
        PRIMARY KEY (import, contact)
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX import_learned_of_contact ON import_learned (contact)",
    // The addresses found in rejected rows, as keyed hashes, so that an erasure finds these rows.
    "CREATE TABLE import_error_name (
        hash TEXT NOT NULL,
        import TEXT NOT NULL,
        row INTEGER NOT NULL,
        PRIMARY KEY (hash, import, row)
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX import_error_name_of_row ON import_error_name (import, row)",
    // Suppressions that another provider supplied as the SHA-256 of the address: `hash` is the keyed hash of that
    // SHA-256.
    "ALTER TABLE suppression ADD COLUMN is_of_hash INTEGER NOT NULL DEFAULT 0",
    // The import that created the suppression. NULL once another source has suppressed the address too.
    "ALTER TABLE suppression ADD COLUMN import TEXT",
    "CREATE INDEX suppression_of_import ON suppression (import) WHERE import IS NOT NULL",
    "CREATE INDEX suppression_of_hash ON suppression (is_of_hash) WHERE is_of_hash = 1",
    // An opt-out from all channels is looked up by person, across all addresses.
    "CREATE INDEX track_wide ON track (address) WHERE channel = '*'",
    // The row of the file from which the submission was made.
    "ALTER TABLE submission ADD COLUMN import TEXT",
    "ALTER TABLE submission ADD COLUMN import_row INTEGER",
    // Records that no longer count because their import was undone. The records themselves stay.
    "CREATE TABLE reversal (
        address INTEGER NOT NULL REFERENCES address,
        record TEXT NOT NULL,
        at INTEGER NOT NULL,
        import TEXT NOT NULL,
        PRIMARY KEY (address, record)
    ) STRICT, WITHOUT ROWID",
    "CREATE TRIGGER reversal_is_immutable BEFORE UPDATE ON reversal
        BEGIN SELECT RAISE(ABORT, 'a reversal is never changed'); END",
];

/// The channels on which an opt-in awaits confirmation stood beside the policy. They are a part of it.
const POLICY: &[&str] = &["UPDATE shop SET settings = json_remove(
        json_set(settings, '$.policy', json_set(coalesce(json_extract(settings, '$.policy'), '{}'),
            '$.confirmation', json(json_extract(settings, '$.confirmation')))),
        '$.confirmation')
     WHERE json_extract(settings, '$.confirmation') IS NOT NULL"];

/// Rows of a list that were imported although a cell could not be read.
const WARNINGS: &[&str] = &["ALTER TABLE import ADD COLUMN warned INTEGER NOT NULL DEFAULT 0"];

/// Before this version the opt-out of all purposes that a person made by a link, a page or a message also stopped the
/// shop's transactional purposes. It becomes an objection, which concerns marketing only. An opt-out that an employee or
/// a platform has ended since stays as it is: they could not end an objection. The job tells the shop how many contacts
/// are concerned.
const WIDE_OPT_OUTS: &[&str] = &[
    "CREATE TABLE wide AS SELECT t.*, a.contact FROM track t JOIN address a ON a.id = t.address
     WHERE t.choice = 'opt_out' AND t.purpose = '*' AND t.objection = 0 AND t.assurance IN ('confirmed', 'authenticated')
         AND NOT EXISTS (SELECT 1 FROM track y WHERE y.address IN (SELECT id FROM address WHERE contact = a.contact)
             AND y.choice = 'opt_in' AND y.assurance IN ('staff', 'reported') AND y.effective_at > t.effective_at
             AND (t.channel = '*' OR y.channel = t.channel))",
    "INSERT INTO job (name, due_at, place) SELECT 'migrated', 0, count(DISTINCT contact) FROM wide HAVING count(*) > 0",
    "INSERT INTO track (address, channel, purpose, choice, ground, objection, assurance, effective_at, record)
     SELECT address, channel, purpose, choice, ground, 1, assurance, effective_at, record FROM wide WHERE true
     ON CONFLICT DO UPDATE SET effective_at = excluded.effective_at, record = excluded.record
     WHERE (excluded.effective_at, excluded.record) > (track.effective_at, track.record)",
    "DELETE FROM track WHERE objection = 0 AND (address, channel, purpose, choice, assurance)
         IN (SELECT address, channel, purpose, choice, assurance FROM wide)",
    "DROP TABLE wide",
];

/// What persons send to the shop: by which provider, and the texts for the shop's staff.
const INBOUND: &[&str] = &[
    "ALTER TABLE submission ADD COLUMN source_provider TEXT",
    // Who answers keywords: `provider` or `placet`. NULL: the provider, if it does so by itself.
    "ALTER TABLE provider ADD COLUMN answers TEXT",
    // The text of a message that placet did not carry out, for the event that tells the shop of it. `id` is that of the
    // event. `contact` is NULL if the sender is not known.
    "CREATE TABLE inbound_text (
        id TEXT PRIMARY KEY,
        contact INTEGER REFERENCES contact,
        text TEXT NOT NULL
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX inbound_text_of_contact ON inbound_text (contact) WHERE contact IS NOT NULL",
];

/// Messages are made whether or not a webhook wants them. `told`: whether an event told the shop of the message, or the
/// shop has read it.
const WAITING_MESSAGES: &[&str] = &[
    "ALTER TABLE message ADD COLUMN told INTEGER NOT NULL DEFAULT 1",
    "CREATE INDEX message_waiting ON message (id) WHERE told = 0",
];

/// The texts of the shop's notices. A text stays when the shop drops or replaces the notice, because records refer to it.
const NOTICES: &[&str] = &["CREATE TABLE notice (
        id TEXT NOT NULL,
        version TEXT NOT NULL,
        locale TEXT NOT NULL,
        text_sha256 TEXT NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (id, version, locale)
    ) STRICT, WITHOUT ROWID"];

/// What became of each choice of a submission, as JSON. NULL: each is on record.
const OUTCOMES: &[&str] = &["ALTER TABLE submission ADD COLUMN outcomes TEXT"];

/// When the shop last vouched that the address is the contact's: the latest is the one to which the shop sends. NULL:
/// never.
const CURRENT_ADDRESSES: &[&str] = &[
    "ALTER TABLE address ADD COLUMN vouched_at INTEGER",
    "UPDATE address SET vouched_at = created_at WHERE linked = 1 AND assurance NOT IN ('listed', 'reported', 'claimed')",
];

/// What anonymous forms state about a person belongs to their acts: the ledger keeps it with the submission, and on the
/// contact beside what is proven. Both are JSON, see `profile`.
const FACTS_OF_ACTS: &[&str] =
    &["ALTER TABLE submission ADD COLUMN facts TEXT", "ALTER TABLE contact ADD COLUMN claimed TEXT"];

/// Earlier versions stored some writings of one address as different addresses. The job `addresses` gives all of them
/// their normal form and joins the rows of one address. Links that were sent contain the pseudonym of the earlier form.
const ONE_FORM: &[&str] = &[
    "CREATE TABLE former_pseudonym (
        pseudonym TEXT PRIMARY KEY,
        address INTEGER NOT NULL REFERENCES address
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX former_pseudonym_of_address ON former_pseudonym (address)",
    "INSERT INTO job (name, due_at, place) SELECT 'addresses', 0, '[0,0]' WHERE EXISTS (SELECT 1 FROM address)",
];

/// Messages that placet did not carry out and of which no event told the shop.
const UNREAD_INBOUND: &[&str] = &[
    "ALTER TABLE inbound ADD COLUMN unread INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX inbound_unread ON inbound (hash) WHERE unread = 1",
];

/// Each address for which nobody vouches is a contact of its own. `beside`: the submission of which this one is a part,
/// because the same form named another address. The job `apart` divides the contacts of earlier versions.
const APART: &[&str] = &[
    "ALTER TABLE submission ADD COLUMN beside TEXT",
    "CREATE INDEX submission_beside ON submission (beside) WHERE beside IS NOT NULL",
    "INSERT INTO job (name, due_at, place) SELECT 'apart', 0, '0' WHERE EXISTS (SELECT 1 FROM address)",
];

/// What was spent of the budgets in an hour: messages, by what they count for, and contacts that nobody has proven. `held`: the budget that a message exceeds. `asked`:
/// how many questions in a row an address has not answered, and when the last one was sent.
const BUDGETS: &[&str] = &[
    "CREATE TABLE budget_count (
        name TEXT NOT NULL,
        hour INTEGER NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (name, hour)
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX budget_count_of_hour ON budget_count (hour)",
    "ALTER TABLE message ADD COLUMN held TEXT",
    "CREATE INDEX message_held ON message (id) WHERE held IS NOT NULL",
    "ALTER TABLE address ADD COLUMN asked INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE address ADD COLUMN asked_at INTEGER",
];

/// The secrets of the shop are sealed. `identity`: the key that signs identity tokens, sealed. Links contain the time at
/// which they were made: `links_from` calls back those from before, of the shop or of an address.
const KEYS: &[&str] = &[
    "ALTER TABLE api_key ADD COLUMN identity TEXT",
    "ALTER TABLE api_key ADD COLUMN signed_by INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE shop ADD COLUMN links_from INTEGER",
    "ALTER TABLE shop ADD COLUMN timed_links_since INTEGER NOT NULL DEFAULT 0",
    "UPDATE shop SET timed_links_since = CAST(strftime('%s', 'now') AS INTEGER) * 1000",
    "ALTER TABLE address ADD COLUMN links_from INTEGER",
    "CREATE INDEX address_unproven ON address (created_at) WHERE assurance = 'claimed' AND linked = 0",
    "CREATE INDEX subject_request_proven ON subject_request (id) WHERE verified_at IS NOT NULL",
    "CREATE INDEX subject_request_of_state ON subject_request (state, id)",
    // How many records were made, erased ones included. `erased_count` has those that earlier versions erased.
    "CREATE TABLE record_count (
        month TEXT NOT NULL,
        channel TEXT NOT NULL,
        purpose TEXT NOT NULL,
        choice TEXT NOT NULL,
        assurance TEXT NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (month, channel, purpose, choice, assurance)
    ) STRICT, WITHOUT ROWID",
    "INSERT INTO record_count (month, channel, purpose, choice, assurance, count)
     SELECT strftime('%Y-%m', s.received_at / 1000, 'unixepoch'), r.channel, r.purpose, r.choice, r.assurance, count(*)
     FROM record r JOIN submission s ON s.id = r.submission GROUP BY 1, 2, 3, 4, 5",
    "ALTER TABLE provider ADD COLUMN numbers TEXT",
    // Whether the id is kept for ever, because nothing else tells that a signed message is an old one.
    "ALTER TABLE inbound ADD COLUMN kept INTEGER NOT NULL DEFAULT 0",
    // How many proven acts name the text.
    "ALTER TABLE sent_words ADD COLUMN proven INTEGER NOT NULL DEFAULT 0",
    "UPDATE sent_words SET proven = own.proven FROM (
         SELECT s.notice_sha256 AS named, count(*) AS proven FROM record r JOIN submission s ON s.id = r.submission
         WHERE r.assurance <> 'claimed' GROUP BY 1) own
     WHERE own.named = sent_words.text_sha256",
    "CREATE INDEX sent_words_unproven ON sent_words (uses, first_at) WHERE proven = 0",
    "ALTER TABLE audit ADD COLUMN times INTEGER NOT NULL DEFAULT 1",
];

/// Connections to shop platforms. `remote` has a row for each customer of a platform: `mirror` is what the platform holds, as
/// far as placet knows, as JSON; addresses are stored as pseudonyms only. `task` says what is to be done about the customer.
/// Whatever changes the standing of an address has its customers compared again, in the same transaction.
const CONNECTIONS: &[&str] = &[
    "CREATE TABLE connection (
        id TEXT PRIMARY KEY,
        platform TEXT NOT NULL,
        prefix TEXT NOT NULL,
        base TEXT NOT NULL,
        mode TEXT NOT NULL,
        state TEXT NOT NULL,
        settings TEXT NOT NULL,
        version INTEGER NOT NULL DEFAULT 1,
        credentials TEXT NOT NULL,
        token TEXT,
        token_until INTEGER NOT NULL DEFAULT 0,
        is_approved INTEGER NOT NULL DEFAULT 0,
        sweep INTEGER NOT NULL DEFAULT 0,
        place TEXT,
        sweep_due INTEGER NOT NULL,
        swept_at INTEGER,
        taken INTEGER NOT NULL DEFAULT 0,
        due_at INTEGER NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0,
        fault TEXT,
        created_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID",
    "CREATE TABLE remote (
        connection TEXT NOT NULL REFERENCES connection,
        remote TEXT NOT NULL,
        email TEXT,
        phone TEXT,
        mirror TEXT NOT NULL,
        version INTEGER,
        seen INTEGER NOT NULL,
        would INTEGER NOT NULL DEFAULT 0,
        task TEXT,
        urgent INTEGER NOT NULL DEFAULT 0,
        due_at INTEGER NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0,
        fault TEXT,
        PRIMARY KEY (connection, remote)
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX remote_email ON remote (email) WHERE email IS NOT NULL",
    "CREATE INDEX remote_phone ON remote (phone) WHERE phone IS NOT NULL",
    "CREATE INDEX remote_task ON remote (connection, task, urgent DESC, due_at) WHERE task IS NOT NULL",
    "CREATE INDEX remote_would ON remote (connection, would) WHERE would <> 0",
    "CREATE TRIGGER track_added AFTER INSERT ON track WHEN EXISTS (SELECT 1 FROM remote) BEGIN
        UPDATE remote SET task = 'compare', due_at = 0 WHERE email IN (SELECT pseudonym FROM address WHERE contact =
            (SELECT contact FROM address WHERE id = NEW.address)) AND (task IS NULL OR task = 'push');
        UPDATE remote SET task = 'compare', due_at = 0 WHERE phone IN (SELECT pseudonym FROM address WHERE contact =
            (SELECT contact FROM address WHERE id = NEW.address)) AND (task IS NULL OR task = 'push');
     END",
    "CREATE TRIGGER track_changed AFTER UPDATE ON track WHEN EXISTS (SELECT 1 FROM remote) BEGIN
        UPDATE remote SET task = 'compare', due_at = 0 WHERE email IN (SELECT pseudonym FROM address WHERE contact =
            (SELECT contact FROM address WHERE id = NEW.address)) AND (task IS NULL OR task = 'push');
        UPDATE remote SET task = 'compare', due_at = 0 WHERE phone IN (SELECT pseudonym FROM address WHERE contact =
            (SELECT contact FROM address WHERE id = NEW.address)) AND (task IS NULL OR task = 'push');
     END",
    "CREATE TRIGGER track_removed AFTER DELETE ON track WHEN EXISTS (SELECT 1 FROM remote) BEGIN
        UPDATE remote SET task = 'compare', due_at = 0 WHERE email IN (SELECT pseudonym FROM address WHERE contact =
            (SELECT contact FROM address WHERE id = OLD.address)) AND (task IS NULL OR task = 'push');
        UPDATE remote SET task = 'compare', due_at = 0 WHERE phone IN (SELECT pseudonym FROM address WHERE contact =
            (SELECT contact FROM address WHERE id = OLD.address)) AND (task IS NULL OR task = 'push');
     END",
];

const OPEN_ERASURES: &[&str] = &[
    "ALTER TABLE remote ADD COLUMN erased TEXT",
    "CREATE INDEX remote_erased ON remote (erased) WHERE erased IS NOT NULL",
];

/// Brings a new or old database to the current version. Cheap if it is current already.
///
/// The version is stored in a table, because a Durable Object refuses `PRAGMA user_version`.
///
/// # Errors
/// Returns [`DatabaseError::Newer`] if a later build has written to the database; nothing is changed then. Returns
/// other errors if a statement fails.
pub fn migrate(database: &dyn Database) -> Result<(), DatabaseError> {
    database.transaction(|tx| {
        tx.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL) STRICT", &[])?;
        let row = tx.first("SELECT max(version) FROM schema_version WHERE version > 0", &[])?;
        let found = row.map_or(Ok(0), |row| match row.optional_text(0) {
            Ok(None) => Ok(0),
            _ => row.integer(0),
        })?;
        let done = usize::try_from(found).map_err(|_| DatabaseError::Newer { found })?;
        let missing = MIGRATIONS.get(done..).ok_or(DatabaseError::Newer { found })?;
        for (statements, version) in missing.iter().zip(found + 1..) {
            for statement in *statements {
                tx.execute(statement, &[])?;
            }
            tx.execute("INSERT INTO schema_version (version) VALUES (?)", &[Param::Integer(version)])?;
        }
        Ok(())
    })
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::consent::{Act, Ground};
    use crate::ledger::records::standing::standing_of;
    use crate::ledger::shop::Shop;
    use crate::ledger::shop::seal::Sealer;
    use crate::ledger::store::context::Context;
    use crate::ledger::store::native::{OsRuntime, Sqlite};

    #[test]
    fn migrations_keep_the_data_of_a_first_version_database() {
        let database = Sqlite::in_memory().unwrap();
        database.execute("CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT", &[]).unwrap();
        database.execute("INSERT INTO schema_version (version) VALUES (1)", &[]).unwrap();
        let settings = r#"{"name":"Kestrel","country":"GB","origins":[],"channels":["email"],"purposes":["newsletter"],
            "notices":[],"confirmation":["email"]}"#;
        let secret = "A".repeat(43);
        let rows = [
            format!("INSERT INTO shop VALUES (1, 's', '{settings}', '{secret}', 0)"),
            "INSERT INTO api_key VALUES ('h1', 'k1', 'pk', 'storefront capture', 0, NULL)".into(),
            "INSERT INTO api_key VALUES ('h2', 'k2', 'sk', 'storefront capture read', 0, NULL)".into(),
            "INSERT INTO contact VALUES (1, 'c', 'GB', 0)".into(),
            "INSERT INTO address VALUES (1, 1, 'email', 'k', 'v', 'claimed', 0)".into(),
            "INSERT INTO submission VALUES ('u', 'f', 1, 0, NULL, 'n', '1', 'en', 'h', 'form', NULL, NULL)".into(),
            "INSERT INTO record VALUES ('r', 1, 'email', 'newsletter', 'opt_in', 'consent', 0, 'claimed', 5, 'u')"
                .into(),
            "INSERT INTO track VALUES (1, 'email', 'newsletter', 'opt_in', 'consent', 0, 'claimed', 5,
                '019a0000-0000-7000-8000-000000000001')"
                .into(),
        ];
        for statement in FIRST.iter().map(|sql| (*sql).to_owned()).chain(rows) {
            database.execute(&statement, &[]).unwrap();
        }

        migrate(&database).unwrap();
        migrate(&database).unwrap();
        let standing = standing_of(&database, 1).unwrap();
        assert_eq!(standing.tracks().first().unwrap().act, Act::OptIn { ground: Ground::Consent });
        let sealer = |_: &str| Sealer::new(vec![(0, [7; 32])]);
        let shop = Shop::load(&database, sealer, &Context::of(&OsRuntime)).unwrap().unwrap();
        let stored = database.first("SELECT secret FROM shop", &[]).unwrap().unwrap();
        assert!(!stored.text(0).unwrap().contains(&secret), "the secret is sealed from now on");
        assert_eq!(shop.settings.policy(), {
            let channels = shop.settings.channels.clone();
            crate::consent::Policy { confirmation: channels.clone(), channels, ..Default::default() }
        });
        let scopes = database.query("SELECT scopes FROM api_key ORDER BY id", &[]).unwrap();
        assert_eq!(scopes[0].text(0).unwrap(), "storefront capture", "a page may not do more than before");
        assert_eq!(scopes[1].text(0).unwrap(), "storefront capture read write export erase lists admin messages");
        let record = database.first("SELECT ground, evidence FROM record", &[]).unwrap().unwrap();
        assert_eq!((record.text(0).unwrap(), record.optional_text(1).unwrap()), ("consent", None));
        let refused = database.execute("UPDATE record SET choice = 'opt_out'", &[]).unwrap_err();
        assert!(refused.to_string().contains("a record is never changed"), "{refused}");
    }
}
