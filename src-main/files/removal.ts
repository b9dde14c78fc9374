import { realpath, rm } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'

/** Whether a path lies below a folder, by its name alone; the folder itself does not. */
export function isBelow(folder: string, path: string): boolean {
  const inner = relative(resolve(folder), resolve(path))
  return inner !== '' && !isAbsolute(inner) && inner.split(sep)[0] !== '..'
}

/**
 * Removes a file or folder with all that is in it, which must lie below `folder`, also after links are followed.
 * @throws FlowerbedError `conflict` for any other path, with nothing removed
 */
export async function removeBelow(folder: string, path: string): Promise<void> {
  // A link that is itself the last part is removed as a link, so only the folder it stands in is followed.
  const [realFolder, realParent] = await Promise.all([folder, dirname(path)].map(realPathOf))
  if (!isBelow(folder, path) || !isBelow(realFolder ?? '', join(realParent ?? '', basename(path)))) {
    throw new FlowerbedError('conflict', errorText('files.outside'), { where: path })
  }
  await rm(path, { recursive: true, force: true })
}

/** What is not there has no links to follow. */
const realPathOf = (path: string) => realpath(path).catch(() => resolve(path))
