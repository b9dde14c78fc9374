import { guideStepsToKeep } from '#shared/guidance.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError, toFlowerbedError } from '#shared/errors.ts'
import type { CheckpointChoice, CheckpointRecord, SavedCheckpoint } from '#shared/schemas/run.ts'
import { deleteCheckpoint, deleteOtherCheckpoints } from '../files/checkpoint-names.ts'
import { createLogger } from '../log.ts'
import { runFolder } from '../files/data-folder.ts'
import type { Store } from '../database/store.ts'

const log = createLogger('checkpoints')

/**
 * The checkpoints of runs: recorded as the engine writes them, and pruned here, where pins are known whichever process
 * set them: the newest few stay, the best, those that are pinned, and one or two early ones that guide samples.
 */
export class RecordedCheckpoints {
  private readonly store: Store
  private readonly changed: (runId: string) => void
  private deleting = Promise.resolve()
  /** Files that could not be read, by run; also where the history cannot be written. */
  private readonly unreadableFiles = new Set<string>()

  constructor(store: Store, changed: (runId: string) => void = () => undefined) {
    this.store = store
    this.changed = changed
  }

  /** Newest first. @throws FlowerbedError `not-found` for the run */
  list(runId: string): CheckpointRecord[] {
    return this.store.checkpoints.list(this.store.runs.key(runId))
  }

  /** The checkpoint that training resumes from and samples are made with: the last written that can be read. */
  latest(runId: string): CheckpointRecord | null {
    return newestFirst(this.readable(runId))[0] ?? null
  }

  /** Training resumed from this one: it can be read, and is the latest now. */
  resumedFrom(runId: string, file: string): void {
    this.unreadableFiles.delete(`${runId}/${file}`)
    this.store.checkpoints.makeLatest(this.store.runs.key(runId), file, Date.now())
    this.changed(runId)
  }

  /** Whether an error says that a checkpoint is gone or damaged. */
  isUnreadable(thrown: unknown, { file }: { file: string }): boolean {
    const { kind, where = '' } = toFlowerbedError(thrown)
    return (kind === 'corrupt' || kind === 'not-found') && where.includes(file.replace(/\.safetensors$/, ''))
  }

  /** Marks a checkpoint that could not be read, and returns the latest that is left. */
  markDamaged(
    runId: string,
    { record, reason }: { record: CheckpointRecord; reason: string },
  ): CheckpointRecord | null {
    const { file: checkpoint, step } = record
    this.unreadableFiles.add(`${runId}/${checkpoint}`)
    try {
      const key = this.store.runs.key(runId)
      this.store.checkpoints.setDamaged(key, checkpoint, true)
      this.store.events.add(key, { kind: 'checkpoint-damaged', step, detail: { checkpoint, reason } })
      this.changed(runId)
    } catch (thrown) {
      // A history that cannot be written may still be sampled from.
      log.warn(`${runId}/${checkpoint} is not marked as damaged: ${toFlowerbedError(thrown).message}`)
    }
    return this.latest(runId)
  }

  /** The error for a checkpoint that cannot be read, which names the others. */
  unreadable(runId: string, { step, file }: CheckpointRecord, cause?: unknown): FlowerbedError {
    const others = this.readable(runId)
    const found = cause === undefined ? null : toFlowerbedError(cause)
    const steps = others.map((other) => other.step).join(', ')
    const hint = steps === '' ? errorText('run.startAnother') : errorText('run.otherCheckpoints', { steps })
    const text = found
      ? errorText('run.checkpointUnreadableSince', { step, reason: found.text ?? found.message, hint })
      : errorText('run.checkpointUnreadable', { step, hint })
    return new FlowerbedError('corrupt', text, { where: file, ...(found ? { cause } : {}) })
  }

  private readable(runId: string): CheckpointRecord[] {
    return this.list(runId).filter(
      ({ damaged, file }) => !damaged && !this.unreadableFiles.has(`${runId}/${file}`),
    )
  }

  /** Records a checkpoint and deletes those that are not to be kept. */
  record(saved: SavedCheckpoint): void {
    const { runs, checkpoints } = this.store
    const { runId, file: newest } = saved
    const run = runs.key(runId)
    checkpoints.save(run, saved)
    this.unreadableFiles.delete(`${runId}/${newest}`)
    const others = checkpoints.list(run).filter((one) => one.step === saved.step && one.file !== newest)
    // One of a continuation that was given up, with an average that was made of it.
    checkpoints.forget(
      run,
      others.map(({ file }) => file),
    )
    const all = checkpoints.list(run)
    const { checkpointKeep } = runs.get(runId).config
    const whole = all.filter(({ damaged }) => !damaged)
    const recent = new Set(newestFirst(whole).slice(0, checkpointKeep))
    const steps = whole.map(({ step }) => step)
    const guides = new Set(guideStepsToKeep(steps, saved.step))
    const kept = all.filter((one) => recent.has(one) || one.best || one.pinned || guides.has(one.step))
    const listed = new Set(all.map(({ file }) => file))
    // What cannot be read may be pinned.
    const unreadable = checkpoints.files(run).filter((file) => !listed.has(file))
    const keep = new Set([...kept.map(({ file }) => file), ...unreadable])
    // Removed from the history first: a recorded checkpoint must exist.
    const surplus = all.flatMap(({ file }) => (keep.has(file) ? [] : [file]))
    checkpoints.forget(run, surplus)
    const forgotten = [...surplus, ...others.map(({ file }) => file)]
    const folder = runFolder(this.store.directory, runId)
    this.deleting = this.deleting
      .then(() => {
        // A transaction that failed has brought them back.
        const recorded = new Set(checkpoints.files(run))
        return deleteOtherCheckpoints(folder, {
          ...{ newest, keep: new Set([...keep, ...recorded]) },
          forgotten: new Set(forgotten.filter((file) => !recorded.has(file))),
        })
      })
      .catch((thrown: unknown) => log.warn(`Old checkpoints stay: ${toFlowerbedError(thrown).message}`))
    this.changed(runId)
  }

  /** Records the file that takes the place of a checkpoint's, which is deleted. */
  replace(runId: string, file: string, by: SavedCheckpoint): void {
    this.store.checkpoints.replace(this.store.runs.key(runId), file, by)
    this.unreadableFiles.delete(`${runId}/${by.file}`)
    if (by.file !== file) {
      const folder = runFolder(this.store.directory, runId)
      this.deleting = this.deleting
        .then(() => deleteCheckpoint(folder, file))
        .catch((thrown: unknown) => log.warn(`${file} stays: ${toFlowerbedError(thrown).message}`))
    }
    this.changed(runId)
  }

  /** Resolves when the checkpoints to delete are deleted. */
  async settled(): Promise<void> {
    await this.deleting
  }

  /** Pins a checkpoint, which keeps it, or unpins it. @throws FlowerbedError `not-found` */
  pin(runId: string, { step, pinned }: { step: number; pinned: boolean }): CheckpointRecord {
    const { file } = this.choose(runId, step)
    this.store.checkpoints.pin(this.store.runs.key(runId), file, pinned)
    this.changed(runId)
    return this.choose(runId, step)
  }

  /** The checkpoint of a choice. @throws FlowerbedError `not-found` naming those there are */
  choose(runId: string, choice: CheckpointChoice): CheckpointRecord {
    const all = this.list(runId)
    const found =
      choice === 'latest'
        ? (this.latest(runId) ?? all[0])
        : // Checkpoints from before losses were recorded have no best.
          choice === 'best'
          ? (all.find(({ best }) => best) ?? newestFirst(all)[0])
          : all.find(({ step }) => step === choice)
    if (found) return found
    const [first] = all
    const choices = all.map(({ step }) => step).join(', ')
    const text = first
      ? errorText('run.noCheckpointOfStep', { step: choice, choices })
      : errorText('run.noCheckpoint')
    throw new FlowerbedError('not-found', text, { where: runId })
  }
}

/** By when they were written or last resumed from; of one moment, the later step. */
function newestFirst(checkpoints: CheckpointRecord[]): CheckpointRecord[] {
  return [...checkpoints].sort((a, b) => b.createdAt - a.createdAt || b.step - a.step)
}
