import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { toFlowerbedError } from '#shared/errors.ts'
import type { FlowerbedError } from '#shared/errors.ts'
import type { JournalEntry } from '#shared/remote/protocol.ts'
import { syncFolder } from '../files/atomic-write.ts'
import { writeError } from '../files/write-errors.ts'
import { findEnd } from './journal-end.ts'

/** A part of an entry; time and launch are the journal's to add. */
export type JournalContent = JournalEntry extends infer Entry
  ? Entry extends JournalEntry
    ? Omit<Entry, 'at' | 'launchId'>
    : never
  : never

/**
 * Appends to a journal: one write a line, in the order of the calls, synced whenever nothing waits to be written. Only the
 * process that trains has it open, so nothing is appended between.
 */
export class Journal {
  private readonly file: FileHandle
  private readonly path: string
  private readonly launchId: string
  private readonly onError: (error: FlowerbedError) => void
  private readonly waiting: string[] = []
  private bytes: number
  private writing: Promise<void> | null = null
  private error: FlowerbedError | null = null
  private isSynced = true

  private constructor(
    file: FileHandle,
    options: { path: string; launchId: string; bytes: number; onError: (error: FlowerbedError) => void },
  ) {
    this.file = file
    this.path = options.path
    this.launchId = options.launchId
    this.bytes = options.bytes
    this.onError = options.onError
  }

  /**
   * Opens the journal of a launch, and cuts off a line that a crash left unfinished.
   * @param options.onError called whenever a line cannot be written; the lines wait until `retry`
   */
  static async open(
    path: string,
    { launchId, onError = () => undefined }: { launchId: string; onError?: (error: FlowerbedError) => void },
  ): Promise<Journal> {
    const file = await open(path, 'a+')
    try {
      const { bytes } = await findEnd(file)
      await file.truncate(bytes)
      await file.sync()
      await syncFolder(dirname(path))
      return new Journal(file, { path, launchId, bytes, onError })
    } catch (thrown) {
      await file.close()
      throw thrown
    }
  }

  /** Hands an entry over; it is on disk when `flush` resolves. */
  append(content: JournalContent, at = Date.now()): void {
    this.waiting.push(`${JSON.stringify({ at, launchId: this.launchId, ...content })}\n`)
    if (this.error === null) this.writing ??= this.write()
  }

  /** Resolves when all entries are on disk. @throws FlowerbedError `no-space`, with the entries still waiting */
  async flush(): Promise<void> {
    await this.writing
    if (this.error !== null) throw this.error
  }

  /** Writes what could not be written before. @throws as `flush` */
  async retry(): Promise<void> {
    await this.writing
    this.error = null
    this.writing ??= this.write()
    await this.flush()
  }

  async close(): Promise<void> {
    await this.writing
    await this.file.close()
  }

  private async write(): Promise<void> {
    // The caller remembers this promise before it can end.
    await Promise.resolve()
    try {
      while (this.waiting.length > 0 || !this.isSynced) {
        while (this.waiting[0] !== undefined) {
          this.isSynced = false
          await this.writeLine(this.waiting[0])
          this.waiting.shift()
        }
        await this.file.datasync()
        this.isSynced = true
      }
    } catch (thrown) {
      const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
      this.error = code === '' ? toFlowerbedError(thrown) : writeError(code, this.path, thrown)
      this.onError(this.error)
    } finally {
      this.writing = null
    }
  }

  /** A line of which only a part found room is taken back, so that the next one begins where a line begins. */
  private async writeLine(line: string): Promise<void> {
    const buffer = Buffer.from(line)
    const { bytesWritten } = await this.file.write(buffer)
    if (bytesWritten < buffer.length) {
      await this.file.truncate(this.bytes)
      // The reason of a short write is only said by the next one.
      throw Object.assign(new Error('short write'), { code: 'ENOSPC' })
    }
    this.bytes += buffer.length
  }
}
