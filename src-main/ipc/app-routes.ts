import { app, dialog, shell } from 'electron'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { FlowerbedError } from '#shared/errors.ts'
import type { RevealTarget } from '#shared/ipc.ts'
import { deviceChoiceSchema } from '#shared/schemas/run.ts'
import { electronInUse } from '../app/running-electron.ts'
import { demoFolder } from '../files/resources.ts'
import { totalDiskUse } from '../runs/disk-use.ts'
import { runFolder } from '../files/data-folder.ts'
import { flowerbedVersion } from '../version.ts'
import { nothing } from './router.ts'
import type { Routes } from './router.ts'
import type { Services } from './services.ts'

type AppRoutes = Pick<Routes, Extract<keyof Routes, `app.${string}`>>

const settingsSchema = z
  .strictObject({ device: deviceChoiceSchema, theme: z.enum(['system', 'light', 'dark']) })
  .partial()
const revealSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('run'), id: z.string() }),
  z.strictObject({ kind: z.literal('samples'), id: z.string() }),
  z.strictObject({ kind: z.literal('dataset'), id: z.string() }),
  z.strictObject({ kind: z.literal('data') }),
])

export function appRoutes({ store, engine, settings }: Services): AppRoutes {
  const folderOf = (target: RevealTarget): string => {
    if (target.kind === 'data') return store.directory
    if (target.kind === 'dataset') return store.datasets.get(target.id).directory
    const folder = runFolder(store.directory, store.runs.get(target.id).id)
    return target.kind === 'run' ? folder : join(folder, 'samples')
  }
  return {
    'app.info': {
      argument: nothing,
      answer: () => ({
        version: flowerbedVersion,
        platform: process.platform,
        dataDirectory: store.directory,
        demoFolder: demoFolder(),
        settings: settings.get(),
      }),
    },
    'app.doctor': {
      argument: nothing,
      answer: async () => {
        const { device } = settings.get()
        // The engine knows its machine; which Electron this is, main knows.
        const electron = electronInUse(app.getPath('exe'))
        return await engine.request('doctor', { device, dataDirectory: store.directory, electron })
      },
    },
    'app.diskUse': { argument: nothing, answer: () => totalDiskUse(store.directory) },
    'app.settings': {
      argument: settingsSchema,
      answer: async (changes) => {
        const { device } = settings.get()
        const changed = settings.change(changes)
        // TensorFlow is loaded for one device: the next engine takes the new one.
        if (changed.device !== device) await engine.endWhenIdle()
        return changed
      },
    },
    'app.reveal': {
      argument: revealSchema,
      answer: async (target) => {
        const folder = folderOf(target)
        await stat(folder).catch((cause: unknown) => {
          throw new FlowerbedError('not-found', 'There is nothing in this folder yet.', {
            where: folder,
            cause,
          })
        })
        const problem = await shell.openPath(folder)
        if (problem !== '')
          throw new FlowerbedError('unavailable', 'The folder cannot be shown.', { where: folder })
      },
    },
    'app.choosePaths': {
      argument: z.strictObject({ kind: z.enum(['folder', 'images']) }),
      answer: async ({ kind }) => {
        const { filePaths } = await dialog.showOpenDialog(
          kind === 'folder'
            ? { title: 'Choose folders of images', properties: ['openDirectory', 'multiSelections'] }
            : {
                title: 'Choose an image',
                properties: ['openFile', 'multiSelections'],
                filters: [
                  {
                    name: 'Images',
                    extensions: ['png', 'jpg', 'jpeg', 'webp', 'gif', 'avif', 'tif', 'tiff', 'svg'],
                  },
                  { name: 'All files', extensions: ['*'] },
                ],
              },
        )
        return filePaths
      },
    },
  }
}
