import { z } from 'zod'
import { languages } from '#shared/language.ts'
import type { Language } from '#shared/language.ts'
import type { DoctorReport } from '#shared/schemas/doctor.ts'
import { lastPageSchema } from '#shared/schemas/last-page.ts'
import type { LastPage } from '#shared/schemas/last-page.ts'
import { deviceKindSchema } from '#shared/schemas/run.ts'
import type { DeviceKind } from '#shared/schemas/run.ts'
import { channel, nothing, type } from '#shared/ipc/channel.ts'

/** What the app remembers between launches. */
export interface AppSettings {
  device: DeviceKind
  /** The most memory that a run may plan with, in GB; 0 without a limit. */
  memoryLimit: number
  theme: 'system' | 'light' | 'dark'
  /** Of the window, menus, dialogs and errors; `system` is that of the desktop. */
  language: Language | 'system'
  /** Closing the window while a run trains hides it, and training continues; else closing asks. */
  trainClosed: boolean
}

/** Some of `AppSettings`. */
export const settingsChangesSchema = z.strictObject({
  device: deviceKindSchema.exactOptional(),
  memoryLimit: z.number().min(0).max(10_000).exactOptional(),
  theme: z.enum(['system', 'light', 'dark']).exactOptional(),
  language: z.enum(['system', ...languages]).exactOptional(),
  trainClosed: z.boolean().exactOptional(),
})

export interface AppInfo {
  version: string
  platform: string
  dataDirectory: string
  /** Folder of the embedded demo images. */
  demoFolder: string
  settings: AppSettings
}

/** What can be shown in the system's file manager. */
const revealTargetSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('run'), id: z.string() }),
  z.strictObject({ kind: z.literal('samples'), id: z.string() }),
  z.strictObject({ kind: z.literal('dataset'), id: z.string() }),
  /** A file that a dataset was imported from: of an image, or one that cannot be used. */
  z.strictObject({ kind: z.literal('image'), id: z.string(), index: z.int().min(0) }),
  z.strictObject({ kind: z.literal('problem'), id: z.string(), index: z.int().min(0) }),
  z.strictObject({ kind: z.literal('data') }),
])
export type RevealTarget = z.infer<typeof revealTargetSchema>

/** Bytes of all runs and all imported images, and what the disk they are on has left. */
export interface TotalDiskUse {
  runs: number
  datasets: number
  free: number
}

export const appChannels = {
  'app.info': channel({ input: nothing, output: type<AppInfo>() }),
  /** null at the first launch. */
  'app.lastPage': channel({ input: nothing, output: type<LastPage | null>() }),
  'app.setLastPage': channel({ input: lastPageSchema, output: type<void>() }),
  'app.doctor': channel({ input: nothing, output: type<DoctorReport>() }),
  'app.diskUse': channel({ input: nothing, output: type<TotalDiskUse>() }),
  'app.settings': channel({ input: settingsChangesSchema, output: type<AppSettings>() }),
  'app.reveal': channel({ input: revealTargetSchema, output: type<void>() }),
  'app.choosePaths': channel({
    input: z.strictObject({ kind: z.enum(['folder', 'images']) }),
    output: type<string[]>(),
  }),
}
