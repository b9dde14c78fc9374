import { app, dialog, shell } from 'electron'
import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { desktopText } from '#shared/desktop-text.ts'
import { errorText } from '#shared/error-text.ts'
import { language } from '#shared/language.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { RevealTarget } from '#shared/ipc.ts'
import { lastPageSchema } from '#shared/schemas/last-page.ts'
import { electronInUse } from '../app/running-electron.ts'
import { Dataset } from '../datasets/packed-dataset.ts'
import { runFolder } from '../files/data-folder.ts'
import { demoFolder } from '../files/resources.ts'
import { totalDiskUse } from '../runs/disk-use.ts'
import { flowerbedVersion } from '../version.ts'
import type { HandlersOf } from './dispatch.ts'
import type { Services } from './services.ts'

/** Under this key of the settings. */
const lastPageKey = 'lastPage'

const imageExtensions = ['png', 'jpg', 'jpeg', 'webp', 'gif', 'avif', 'tif', 'tiff', 'svg']

export function appHandlers({ store, engine, settings, emit }: Services): HandlersOf<'app'> {
  const sourceOf = ({ kind, id, index }: RevealTarget & { kind: 'image' | 'problem' }): string => {
    const { directory } = store.datasets.get(id)
    const dataset = new Dataset(directory)
    dataset.close()
    const { paths, problems } = dataset.index
    const path = kind === 'image' ? paths[index] : problems[index]?.path
    if (path === undefined) throw new FlowerbedError('not-found', errorText('dataset.noImage'))
    return path
  }
  const folderOf = (target: Exclude<RevealTarget, { kind: 'image' | 'problem' }>): string => {
    if (target.kind === 'data') return store.directory
    if (target.kind === 'dataset') return store.datasets.get(target.id).directory
    const folder = runFolder(store.directory, store.runs.get(target.id).id)
    return target.kind === 'run' ? folder : join(folder, 'samples')
  }
  return {
    'app.info': () => ({
      version: flowerbedVersion,
      platform: process.platform,
      dataDirectory: store.directory,
      demoFolder: demoFolder(),
      settings: settings.get(),
    }),
    'app.lastPage': () => lastPageSchema.safeParse(store.settings.get(lastPageKey)).data ?? null,
    'app.setLastPage': (last) => store.settings.set(lastPageKey, last),
    'app.doctor': async () => {
      const { device } = settings.get()
      // The engine cannot see which Electron this is.
      const electron = electronInUse(app.getPath('exe'))
      return await engine.request('doctor', { device, dataDirectory: store.directory, electron })
    },
    'app.diskUse': () => totalDiskUse(store.directory),
    'app.settings': async (changes) => {
      const { device } = settings.get()
      const spoken = language()
      const changed = settings.change(changes)
      emit({ type: 'settings', settings: changed })
      // TensorFlow is loaded for one device, and texts are in one language: the next engine takes the new ones.
      if (changed.device !== device || language() !== spoken) await engine.endWhenIdle()
      return changed
    },
    'app.reveal': async (target) => {
      if (target.kind === 'image' || target.kind === 'problem') {
        await revealFile(sourceOf(target))
        return
      }
      const folder = folderOf(target)
      await stat(folder).catch((cause: unknown) => {
        throw new FlowerbedError('not-found', errorText('files.folderEmpty'), {
          where: folder,
          cause,
        })
      })
      const problem = await shell.openPath(folder)
      if (problem !== '')
        throw new FlowerbedError('unavailable', errorText('files.folderNotShown'), { where: folder })
    },
    'app.choosePaths': async ({ kind }) => {
      const { filePaths } = await dialog.showOpenDialog(
        kind === 'folder'
          ? { title: desktopText('choose.folders'), properties: ['openDirectory', 'multiSelections'] }
          : {
              title: desktopText('choose.image'),
              properties: ['openFile', 'multiSelections'],
              filters: [
                { name: desktopText('files.images'), extensions: imageExtensions },
                { name: desktopText('files.all'), extensions: ['*'] },
              ],
            },
      )
      return filePaths
    },
  }
}

/** Shows a file in the system's file manager; of one in an archive, the archive. */
async function revealFile(path: string): Promise<void> {
  for (let shown = path; ; shown = dirname(shown)) {
    const found = await stat(shown).catch(() => null)
    // Only the file itself or an archive that holds it: another folder would not show what was asked for.
    if (found?.isDirectory() === true || shown === dirname(shown))
      throw new FlowerbedError('not-found', errorText('dataset.noSource'), { where: path })
    if (!found) continue
    shell.showItemInFolder(shown)
    return
  }
}
