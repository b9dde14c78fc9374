import { decode, readImage } from './decode.ts'
import type { Frame } from './decode.ts'
import type { JobContext } from './scan.ts'
import { openedBy } from './list-files.ts'
import type { FoundFile } from './list-files.ts'

/**
 * Reads alone, one after the other, the files that were in hand when an earlier process ended: should this process end
 * too, its inFlightLog names the one that did it.
 */
export async function probe(
  files: FoundFile[],
  { context, frame }: { context: JobContext; frame: Frame },
): Promise<void> {
  const { careful, refused } = context.avoid
  const suspects = files.filter(({ path }) => careful.includes(path) && !refused.includes(path))
  for (const file of suspects) {
    context.signal.throwIfAborted()
    const done = context.inFlightLog.begin(file.path)
    // What it is worth is seen when its turn comes; here it only has to be survived.
    await readImage(openedBy(file))
      .then((source) => decode(source, frame))
      .catch(() => undefined)
    done()
  }
}
