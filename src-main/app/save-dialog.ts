import { app, dialog, shell } from 'electron'
import { existsSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import { safeFileName } from '../files/file-name.ts'

/** Where a file was saved last. */
let folder: string | null = null
/** What was saved since the app was started, and so may be shown in the file manager. */
const saved = new Set<string>()

/**
 * Asks where to save a file; null when cancelled.
 * @throws FlowerbedError `conflict` where the name without its ending was chosen and the whole name is taken
 */
export async function askSavePath(file: {
  title: string
  /** Without its ending. */
  name: string
  ending: string
  /** What the system calls such files. */
  type: string
}): Promise<string | null> {
  const { title, name, ending, type } = file
  const { canceled, filePath } = await dialog.showSaveDialog({
    title,
    defaultPath: join(folder ?? app.getPath('documents'), `${safeFileName(name)}${ending}`),
    filters: [{ name: type, extensions: [ending.slice(1)] }],
    properties: ['createDirectory', 'showOverwriteConfirmation'],
  })
  if (canceled || filePath === '') return null
  const isComplete = extname(filePath).toLowerCase() === ending
  const path = isComplete ? filePath : `${filePath}${ending}`
  // The dialog has asked about the name without its ending only.
  if (!isComplete && existsSync(path)) {
    throw new FlowerbedError('conflict', errorText('files.fileExists'), { where: path })
  }
  folder = dirname(path)
  saved.add(path)
  return path
}

/** Shows a file in the system's file manager. @throws FlowerbedError `not-found` for one that was not saved here */
export function revealSaved(path: string): void {
  if (!saved.has(path))
    throw new FlowerbedError('not-found', errorText('files.notSavedHere'), { where: path })
  shell.showItemInFolder(path)
}
