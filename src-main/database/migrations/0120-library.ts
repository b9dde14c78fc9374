import type { Migration } from './migration.ts'

/** What the user says of datasets, and full-text search over runs and datasets, kept current by triggers. */
export const migration0120: Migration = {
  version: 120,
  sql: `
    ALTER TABLE datasets ADD COLUMN note TEXT NOT NULL DEFAULT '';
    ALTER TABLE datasets ADD COLUMN starred INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE dataset_tags (
      dataset TEXT NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
      tag TEXT NOT NULL,
      PRIMARY KEY (dataset, tag)
    ) STRICT, WITHOUT ROWID;

    -- The row id is the run's key.
    CREATE VIRTUAL TABLE run_search USING fts5 (
      name, note, tags, dataset, preset, tokenize = 'unicode61 remove_diacritics 2'
    );
    CREATE VIRTUAL TABLE dataset_search USING fts5 (
      id UNINDEXED, name, note, tags, sources, tokenize = 'unicode61 remove_diacritics 2'
    );
    INSERT INTO run_search (rowid, name, note, tags, dataset, preset)
      SELECT key, name, note,
        coalesce((SELECT group_concat(tag, ' ') FROM run_tags WHERE run = runs.key), ''), dataset_name, preset
      FROM runs;
    INSERT INTO dataset_search (id, name, note, tags, sources) SELECT id, name, '', '', sources FROM datasets;

    CREATE TRIGGER run_added AFTER INSERT ON runs BEGIN
      INSERT INTO run_search (rowid, name, note, tags, dataset, preset)
        VALUES (new.key, new.name, new.note, '', new.dataset_name, new.preset);
    END;
    CREATE TRIGGER run_described AFTER UPDATE OF name, note, dataset_name ON runs BEGIN
      UPDATE run_search SET name = new.name, note = new.note, dataset = new.dataset_name WHERE rowid = new.key;
    END;
    CREATE TRIGGER run_deleted AFTER DELETE ON runs BEGIN
      DELETE FROM run_search WHERE rowid = old.key;
    END;
    CREATE TRIGGER run_tagged AFTER INSERT ON run_tags BEGIN
      UPDATE run_search SET tags = (SELECT group_concat(tag, ' ') FROM run_tags WHERE run = new.run)
        WHERE rowid = new.run;
    END;
    CREATE TRIGGER run_untagged AFTER DELETE ON run_tags BEGIN
      UPDATE run_search SET tags = coalesce((SELECT group_concat(tag, ' ') FROM run_tags WHERE run = old.run), '')
        WHERE rowid = old.run;
    END;

    CREATE TRIGGER dataset_added AFTER INSERT ON datasets BEGIN
      INSERT INTO dataset_search (id, name, note, tags, sources)
        VALUES (new.id, new.name, new.note, '', new.sources);
    END;
    CREATE TRIGGER dataset_described AFTER UPDATE OF name, note, sources ON datasets BEGIN
      UPDATE dataset_search SET name = new.name, note = new.note, sources = new.sources WHERE id = new.id;
    END;
    CREATE TRIGGER dataset_deleted AFTER DELETE ON datasets BEGIN
      DELETE FROM dataset_search WHERE id = old.id;
    END;
    CREATE TRIGGER dataset_tagged AFTER INSERT ON dataset_tags BEGIN
      UPDATE dataset_search SET tags = (SELECT group_concat(tag, ' ') FROM dataset_tags WHERE dataset = new.dataset)
        WHERE id = new.dataset;
    END;
    CREATE TRIGGER dataset_untagged AFTER DELETE ON dataset_tags BEGIN
      UPDATE dataset_search
        SET tags = coalesce((SELECT group_concat(tag, ' ') FROM dataset_tags WHERE dataset = old.dataset), '')
        WHERE id = old.dataset;
    END;
  `,
}
