import type { z } from 'zod'
import type { SerializedError } from '#shared/errors.ts'
import { appChannels } from '#shared/ipc/app.ts'
import { attributeChannels } from '#shared/ipc/attributes.ts'
import type { OutputType } from '#shared/ipc/channel.ts'
import { compareChannels } from '#shared/ipc/compare.ts'
import { datasetChannels } from '#shared/ipc/datasets.ts'
import type { AppEvent } from '#shared/ipc/events.ts'
import { experimentChannels } from '#shared/ipc/experiments.ts'
import { fileChannels } from '#shared/ipc/files.ts'
import { imageChannels } from '#shared/ipc/images.ts'
import { libraryChannels } from '#shared/ipc/library.ts'
import { pinnedPairChannels } from '#shared/ipc/pinned-pairs.ts'
import { queueChannels } from '#shared/ipc/queue.ts'
import { reportChannels } from '#shared/ipc/reports.ts'
import { runChannels } from '#shared/ipc/runs.ts'
import { runtimeChannels } from '#shared/ipc/runtime.ts'
import { sampleFileChannels } from '#shared/ipc/sample-files.ts'
import { samplingChannels } from '#shared/ipc/sampling.ts'
import { storageChannels } from '#shared/ipc/storage.ts'
import { targetChannels } from '#shared/ipc/targets.ts'

export type { AppInfo, AppSettings, RevealTarget, TotalDiskUse } from '#shared/ipc/app.ts'
export type { DatasetContents, ImageFacts, RecentFolder } from '#shared/ipc/datasets.ts'
export type { AppCommand, AppEvent, Notice } from '#shared/ipc/events.ts'
export { pages } from '#shared/schemas/last-page.ts'
export type { Page } from '#shared/schemas/last-page.ts'
export { diagnosticUrl, sampleUrl, shownFolders } from '#shared/ipc/run-files.ts'
export type { RunExtras } from '#shared/ipc/library.ts'
export type { DiskUse } from '#shared/ipc/runs.ts'
export type { OpenedSample, SampleImages } from '#shared/ipc/sample-files.ts'
export type { Deletion, RunBytes, StorageUse } from '#shared/ipc/storage.ts'
export type { TargetEntry } from '#shared/ipc/targets.ts'
export type { InterpolationEnd, LatentChoice, NearestImages } from '#shared/ipc/sampling.ts'

/**
 * Renderer → main, request and answer. Main parses each argument with `input`, and both ends infer their types from this
 * map. Every answer crosses as `IpcReply`; a rejection arrives as a FlowerbedError.
 */
export const ipcChannels = {
  ...appChannels,
  ...datasetChannels,
  ...libraryChannels,
  ...runChannels,
  ...queueChannels,
  ...experimentChannels,
  ...samplingChannels,
  ...attributeChannels,
  ...pinnedPairChannels,
  ...sampleFileChannels,
  ...imageChannels,
  ...fileChannels,
  ...runtimeChannels,
  ...storageChannels,
  ...targetChannels,
  ...compareChannels,
  ...reportChannels,
}

type IpcChannels = typeof ipcChannels
export type IpcChannel = keyof IpcChannels
/** The argument as the renderer gives it: what has a default may be left out. */
export type IpcArgument<C extends IpcChannel> = z.input<IpcChannels[C]['input']>
/** The argument as a handler gets it, defaults filled in. */
export type IpcParsedArgument<C extends IpcChannel> = z.output<IpcChannels[C]['input']>
export type IpcResult<C extends IpcChannel> =
  IpcChannels[C]['output'] extends OutputType<infer Output> ? Output : never

export type IpcReply<T> = { ok: true; value: T } | { ok: false; error: SerializedError }

/** What the preload exposes as `window.api`. */
export interface PreloadApi {
  request: <C extends IpcChannel>(channel: C, argument: IpcArgument<C>) => Promise<IpcReply<IpcResult<C>>>
  /** Subscribes to events; the answer unsubscribes. */
  onEvent: (listener: (event: AppEvent) => void) => () => void
  /** Paths of dropped files; '' for what has none. */
  pathOf: (file: unknown) => string
  platform: string
}
