import { app, BrowserWindow, nativeImage } from 'electron'
import type { NativeImage } from 'electron'
import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PixelBatch } from '#shared/schemas/image.ts'
import { removeAbandoned } from '../files/abandoned.ts'
import { safeFileName } from '../files/file-name.ts'
import { processTag } from '../files/process-identity.ts'
import { bitmapOf } from './image-bitmap.ts'

/** The folder of images that are dragged out, in the system's temporary folder; then the tag of its process. */
const draggedFolder = 'flowerbed-dragged-'
/** Width of the image under the pointer. */
const iconWidth = 96

/**
 * Images as files that the pointer drags to other programs. The program they are dropped on may read them later: they are
 * removed when the app quits, or after a crash when it next drags one.
 */
export class DraggedImages {
  private folder: string | null = null
  private count = 0

  /** Writes the first image of a batch, and begins to drag it. */
  async drag(image: PixelBatch, options: { enlarge: number; name: string }): Promise<void> {
    const dragged = imageOf(image, options.enlarge)
    // Each in a folder of its own, so that it may have the name of one before.
    const folder = join(this.ensureFolder(), String(++this.count))
    await mkdir(folder)
    const file = join(folder, `${safeFileName(options.name)}.png`)
    await writeFile(file, dragged.toPNG())
    const [window] = BrowserWindow.getAllWindows()
    window?.webContents.startDrag({ file, icon: dragged.resize({ width: iconWidth, quality: 'good' }) })
  }

  private ensureFolder(): string {
    if (this.folder !== null) return this.folder
    void removeAbandoned(tmpdir(), { names: new RegExp(`^${draggedFolder}`) })
    const folder = mkdtempSync(join(tmpdir(), `${draggedFolder}${processTag()}-`))
    app.once('quit', () => rmSync(folder, { recursive: true, force: true }))
    this.folder = folder
    return folder
  }
}

function imageOf(image: PixelBatch, enlarge: number): NativeImage {
  const { bitmap, ...size } = bitmapOf(image, enlarge)
  return nativeImage.createFromBitmap(bitmap, size)
}
