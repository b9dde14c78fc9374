import type { Migration } from './migration.ts'

/**
 * Folders of runs on targets, by the run's id, so that they can be deleted there after the run itself was deleted here:
 * whichever part deletes it, the row stays until that is done.
 */
export const migration0181: Migration = {
  version: 181,
  sql: `
    CREATE TABLE run_folders (
      run TEXT NOT NULL,
      target TEXT NOT NULL,
      -- ms since 1970; null while the run is there.
      deleted_at INTEGER,
      PRIMARY KEY (run, target)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO run_folders (run, target)
      SELECT runs.id, run_launches.target FROM run_launches JOIN runs ON runs.key = run_launches.run;
    CREATE TRIGGER run_folder_made AFTER INSERT ON run_launches BEGIN
      INSERT OR IGNORE INTO run_folders (run, target) SELECT id, NEW.target FROM runs WHERE key = NEW.run;
    END;
    CREATE TRIGGER run_folder_left AFTER DELETE ON runs BEGIN
      UPDATE run_folders SET deleted_at = unixepoch() * 1000 WHERE run = OLD.id;
    END;
  `,
}
