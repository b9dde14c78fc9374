import { createHash } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { writeFileAtomically } from '../files/atomic-write.ts'
import { writing } from '../files/write-errors.ts'
import { fileSha256 } from './file-sha256.ts'
import { quoted } from './remote-host.ts'
import type { FetchedFile, FileToFetch } from './remote-host.ts'
import type { StreamHost } from './stream-host.ts'

/** Larger files are not sent in the stream: alone, their transfer goes on where a connection was lost. */
export const largeBytes = 1 << 20

/**
 * Reads lines “SHA256 PATH”, and answers for each a line and, after `here`, the file's bytes. Three descriptors are of the
 * same file also when it is deleted meanwhile.
 */
const script = (folder: string) =>
  [
    `cd ${quoted(folder)} 2>/dev/null || exit 0`,
    'sum() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -c 1-64; }',
    'answer() { sha=$(sum <&3); size=$(($(wc -c <&4)))',
    'if [ "$sha" = "$1" ]; then echo "same $sha 0"',
    `elif [ "$size" -gt ${largeBytes} ]; then echo "large $sha $size"`,
    'else echo "here $sha $size" && cat <&5; fi; }',
    'while read -r known path; do { [ -f "$path" ] && answer "$known"; } 3<"$path" 4<"$path" 5<"$path" 2>/dev/null || echo "absent - 0"; done',
  ].join('\n')

/**
 * Copies small files from a folder there in one stream, each verified by its sha256 before its name appears. What arrived
 * before a lost connection is not sent again.
 * @returns what became of each, in the order asked for
 * @throws FlowerbedError `unavailable`, `no-space`
 */
export async function fetchMany(
  host: StreamHost,
  options: { from: string; files: readonly FileToFetch[]; signal?: AbortSignal },
): Promise<FetchedFile[]> {
  const { from, files, signal } = options
  if (files.length === 0) return []
  const held = await Promise.all(files.map(({ to }) => fileSha256(to).catch(() => '-')))
  const asked = files.map(({ path }, i) => `${held[i] ?? '-'} ${path}\n`).join('')
  const arriving = new ArrivingFiles(host.name, files)
  await host.perform(script(from), signal ? { signal } : {}, {
    feed: (input) => input.end(asked),
    consume: async (output) => {
      for await (const chunk of output) await arriving.add(chunk)
    },
  })
  // The folder is not there at all.
  if (arriving.isEmpty) return files.map(() => ({ state: 'absent' as const }))
  if (arriving.answers.length < files.length) throw cut(host.name)
  return arriving.answers
}

interface Head {
  state: 'same' | 'here' | 'large' | 'absent'
  sha256: string
  bytes: number
}

/** Takes the stream apart, and writes each file as soon as it is whole. */
class ArrivingFiles {
  readonly answers: FetchedFile[] = []
  private readonly from: string
  private readonly files: readonly FileToFetch[]
  private chunks: Buffer[] = []
  private length = 0
  private head: Head | null = null

  constructor(from: string, files: readonly FileToFetch[]) {
    this.from = from
    this.files = files
  }

  /** Nothing was said. */
  get isEmpty(): boolean {
    return this.answers.length === 0 && this.head === null && this.length === 0
  }

  async add(chunk: Buffer): Promise<void> {
    this.chunks.push(chunk)
    this.length += chunk.length
    while (await this.step());
  }

  /** Takes a line or a file's bytes; whether that was there. */
  private async step(): Promise<boolean> {
    if (this.head === null) {
      // Lines are short: only what follows a file is searched.
      const end = this.joined().indexOf('\n')
      if (end === -1) return false
      this.head = headOf(this.take(end + 1).toString('latin1'))
      if (this.head === null) throw cut(this.from)
    }
    const { head } = this
    const file = this.files[this.answers.length]
    if (file === undefined) throw cut(this.from)
    const size = head.state === 'here' ? head.bytes : 0
    if (this.length < size) return false
    const bytes = this.take(size)
    const answer = await finish(file, head, bytes)
    if (answer === null) throw cut(this.from)
    this.answers.push(answer)
    this.head = null
    return true
  }

  private joined(): Buffer {
    if (this.chunks.length > 1) this.chunks = [Buffer.concat(this.chunks)]
    return this.chunks[0] ?? Buffer.alloc(0)
  }

  private take(count: number): Buffer {
    const all = this.joined()
    this.chunks = [all.subarray(count)]
    this.length = all.length - count
    return all.subarray(0, count)
  }
}

/** @returns null where the bytes are not those that were announced: the file was replaced while it was read */
async function finish(file: FileToFetch, head: Head, bytes: Buffer): Promise<FetchedFile | null> {
  const { state, sha256 } = head
  if (state === 'absent') return { state }
  if (file.sha256 !== undefined && file.sha256 !== sha256) return { state: 'other' }
  if (state === 'large') return { state, sha256 }
  if (state === 'same') return { state: 'here' }
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) return null
  await writing(file.to, async () => {
    await mkdir(dirname(file.to), { recursive: true })
    await writeFileAtomically(file.to, bytes)
  })
  return { state: 'here' }
}

function headOf(line: string): Head | null {
  const [, state, sha256 = '', bytes] = /^(same|here|large|absent) (\S+) (\d+)\n$/.exec(line) ?? []
  if (state === undefined) return null
  return { state: state as Head['state'], sha256, bytes: Number(bytes) }
}

/** What cannot be read is asked for again, as after a lost connection. */
const cut = (name: string) => new FlowerbedError('unavailable', errorText('remote.cut', { name }))
