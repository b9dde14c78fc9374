import { decode, readImage } from './decode.ts'
import type { Frame } from './decode.ts'
import type { JobContext } from './scan.ts'
import { openPathOf } from './list-files.ts'
import type { FoundFile } from './list-files.ts'

/**
 * Decodes, one at a time, the files that were in flight when an earlier process crashed: if this process crashes too, the
 * in-flight log names the file that caused it.
 */
export async function probeSuspects(
  files: FoundFile[],
  { context, frame }: { context: JobContext; frame: Frame },
): Promise<void> {
  const { careful, refused } = context.crashSuspects
  const suspects = files.filter(({ path }) => careful.includes(path) && !refused.includes(path))
  for (const file of suspects) {
    context.signal.throwIfAborted()
    const done = context.inFlightLog.begin(file.path)
    // The result does not matter here, only that the process survives.
    await readImage(openPathOf(file))
      .then((source) => decode(source, frame))
      .catch(() => undefined)
    done()
  }
}
