import { desktopText } from '#shared/desktop-text.ts'
import { app, BrowserWindow, dialog, nativeImage } from 'electron'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Width of the image under the mouse while a file is dragged. */
const iconWidth = 64

/** Asks where to save a PNG; null when cancelled. */
export async function choosePngPath(name: string): Promise<string | null> {
  const { canceled, filePath } = await dialog.showSaveDialog({
    title: desktopText('save.samples'),
    defaultPath: join(app.getPath('downloads'), name),
    filters: [{ name: desktopText('files.png'), extensions: ['png'] }],
  })
  if (canceled || filePath === '') return null
  return filePath.toLowerCase().endsWith('.png') ? filePath : `${filePath}.png`
}

/** Starts to drag a file out of the window; other programs may read it until the app quits. */
export function dragOut(path: string): void {
  const [window] = BrowserWindow.getAllWindows()
  const icon = nativeImage.createFromPath(path).resize({ width: iconWidth, quality: 'good' })
  window?.webContents.startDrag({ file: path, icon })
}

let folder: string | null = null

/** The path of a new file of a name that is removed when the app quits. */
export function temporaryFile(name: string): string {
  if (folder === null) {
    const made = mkdtempSync(join(tmpdir(), 'flowerbed-samples-'))
    app.once('will-quit', () => rmSync(made, { recursive: true, force: true }))
    folder = made
  }
  return join(folder, name)
}
