import { FlowerbedError, toFlowerbedError } from '#contract/errors.ts'
import type { CheckpointChoice, CheckpointRecord, SavedCheckpoint } from '#contract/run.ts'
import { deleteOtherCheckpoints } from '../checkpoint-files.ts'
import { createLogger } from '../log.ts'
import { runFolder } from '../store/data-directory.ts'
import type { Store } from '../store/store.ts'

const log = createLogger('saves')

/**
 * The saves of runs: recorded as the engine tells of them, and thinned here, where pins are known whichever process
 * made them: the newest few stay, the best, and those that are pinned.
 */
export class Saves {
  private readonly store: Store
  private readonly changed: (runId: string) => void
  private deleting = Promise.resolve()

  constructor(store: Store, changed: (runId: string) => void = () => undefined) {
    this.store = store
    this.changed = changed
  }

  /** Newest first. @throws FlowerbedError `not-found` for the run */
  list(runId: string): CheckpointRecord[] {
    return this.store.checkpoints.list(this.store.runs.key(runId))
  }

  /** Records a save and lets those go that are not to be kept. */
  record(saved: SavedCheckpoint): void {
    const { runs, checkpoints } = this.store
    const { runId, file: newest } = saved
    const run = runs.key(runId)
    checkpoints.save(run, saved)
    const all = checkpoints.list(run)
    const { checkpointKeep } = runs.get(runId).config
    const kept = all.filter(({ best, pinned }, i) => i < checkpointKeep || best || pinned)
    const listed = new Set(all.map(({ file }) => file))
    // What cannot be read may be pinned.
    const unreadable = checkpoints.files(run).filter((file) => !listed.has(file))
    const keep = new Set([...kept.map(({ file }) => file), ...unreadable])
    // Forgotten first: a save that is recorded is there.
    checkpoints.forget(
      run,
      all.flatMap(({ file }) => (keep.has(file) ? [] : [file])),
    )
    const folder = runFolder(this.store.directory, runId)
    this.deleting = this.deleting
      .then(() => deleteOtherCheckpoints(folder, { newest, keep }))
      .catch((thrown: unknown) => log.warn(`Old saves stay: ${toFlowerbedError(thrown).message}`))
    this.changed(runId)
  }

  /** Resolves when saves that were to go are gone. */
  async settled(): Promise<void> {
    await this.deleting
  }

  /** Pins a save, which keeps it, or lets it go with the others. @throws FlowerbedError `not-found` */
  pin(runId: string, { step, pinned }: { step: number; pinned: boolean }): CheckpointRecord {
    const { file } = this.choose(runId, step)
    this.store.checkpoints.pin(this.store.runs.key(runId), file, pinned)
    this.changed(runId)
    return this.choose(runId, step)
  }

  /** The save that is meant. @throws FlowerbedError `not-found` naming those there are */
  choose(runId: string, choice: CheckpointChoice): CheckpointRecord {
    const all = this.list(runId)
    const found =
      choice === 'latest'
        ? all[0]
        : // Saves from before losses were kept with them have no best.
          choice === 'best'
          ? (all.find(({ best }) => best) ?? all[0])
          : all.find(({ step }) => step === choice)
    if (found) return found
    const [first] = all
    throw new FlowerbedError(
      'not-found',
      first ? `This run has no save of step ${choice}.` : 'This run has saved nothing yet.',
      {
        where: runId,
        ...(first ? { hint: `There are saves of step ${all.map(({ step }) => step).join(', ')}.` } : {}),
      },
    )
  }
}
