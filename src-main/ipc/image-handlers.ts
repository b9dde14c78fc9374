import { app, dialog, shell } from 'electron'
import { existsSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { desktopText } from '#shared/desktop-text.ts'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { ImageFileFormat } from '#shared/schemas/image-file.ts'
import { DraggedImages } from '../app/dragged-images.ts'
import { safeFileName } from '../files/file-name.ts'
import type { HandlersOf } from './dispatch.ts'
import type { Services } from './services.ts'

const dialogs: Record<ImageFileFormat, { title: string; ending: string; type: string }> = {
  gif: { title: desktopText('save.animation'), ending: '.gif', type: desktopText('files.gif') },
  webp: { title: desktopText('save.animation'), ending: '.webp', type: desktopText('files.webp') },
  mp4: { title: desktopText('save.video'), ending: '.mp4', type: desktopText('files.mp4') },
  png: { title: desktopText('save.image'), ending: '.png', type: desktopText('files.png') },
  frames: { title: desktopText('save.frames'), ending: '', type: '' },
}

/** Where the system keeps images; it calls them so. */
const imagesFolder = () => app.getPath('pictures') // cspell:disable-line

export function imageHandlers({ importer }: Services): HandlersOf<'images'> {
  const dragged = new DraggedImages()
  /** Where an image was saved last. */
  let folder: string | null = null
  /** What was saved since the app was started, and so may be shown in the file manager. */
  const saved = new Set<string>()

  async function askPath(name: string, format: ImageFileFormat): Promise<string | null> {
    const { title, ending, type } = dialogs[format]
    const { canceled, filePath } = await dialog.showSaveDialog({
      title,
      defaultPath: join(folder ?? imagesFolder(), `${safeFileName(name)}${ending}`),
      ...(ending === '' ? {} : { filters: [{ name: type, extensions: [ending.slice(1)] }] }),
      properties: ['createDirectory', 'showOverwriteConfirmation'],
    })
    if (canceled || filePath === '') return null
    if (ending === '' || extname(filePath).toLowerCase() === ending) return filePath
    const completed = `${filePath}${ending}`
    // The dialog has asked about the name without its ending only.
    if (existsSync(completed)) {
      throw new FlowerbedError('conflict', errorText('files.fileExists'), { where: completed })
    }
    return completed
  }

  return {
    'images.save': async ({ name, ...request }) => {
      const path = await askPath(name, request.format)
      if (path === null) return null
      folder = dirname(path)
      const result = await importer.request('save', { ...request, path })
      saved.add(path)
      return result
    },
    'images.cancel': (argument) => importer.request('cancel', argument),
    'images.drag': ({ image, enlarge, name }) => dragged.drag(image, { enlarge, name }),
    'images.reveal': ({ path }) => {
      if (!saved.has(path))
        throw new FlowerbedError('not-found', errorText('files.notSavedHere'), { where: path })
      shell.showItemInFolder(path)
    },
  }
}
