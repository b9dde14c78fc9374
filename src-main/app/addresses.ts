import { join, resolve, sep } from 'node:path'
import { shownFolders } from '#shared/ipc.ts'
import { runFolder } from '../files/data-folder.ts'

/** The file that an address means; null when it would lie outside of the folder it belongs to. */
export function fileFor(
  url: URL,
  folders: { rendererDirectory: string; dataDirectory: string },
): string | null {
  let parts: string[]
  try {
    parts = url.pathname.split('/').filter(Boolean).map(decodeURIComponent)
  } catch {
    return null
  }
  const [runs, id, folderName, file, ...rest] = parts
  const folder = shownFolders.find((shown) => shown === folderName)
  if (runs === 'runs' && id !== undefined && folder !== undefined && file !== undefined) {
    return rest.length === 0 ? inside(join(runFolder(folders.dataDirectory, safe(id)), folder), file) : null
  }
  return inside(folders.rendererDirectory, parts.length === 0 ? 'index.html' : parts.join('/'))
}

const safe = (name: string): string => (/^[\w-]+$/.test(name) ? name : '_')

function inside(folder: string, path: string): string | null {
  const root = resolve(folder)
  const found = resolve(root, path)
  return found.startsWith(root + sep) ? found : null
}
