import type {
  DatasetIndex,
  DatasetRecord,
  ImportOptions,
  ImportProgress,
  ProblemFile,
  ScanReport,
} from '#shared/schemas/dataset.ts'
import { diagnosticsFolder } from '#shared/schemas/diagnostics.ts'
import type { Diagnostics } from '#shared/schemas/diagnostics.ts'
import type {
  DeviceStatement,
  DoctorReport,
  InstallProgress,
  RuntimeStatus,
  RuntimeVariant,
} from '#shared/schemas/doctor.ts'
import type { SamplingOptions } from '#shared/schemas/sampling.ts'
import type {
  Between,
  EncoderName,
  GridResult,
  InterpolateResult,
  MemoryEstimate,
  TrainProgress,
} from '#shared/engine-messages.ts'
import type { SerializedError } from '#shared/errors.ts'
import type { Budget, Experiment, Reconstruction } from '#shared/schemas/experiment.ts'
import type { ImageShape, PixelBatch } from '#shared/schemas/image.ts'
import type {
  CheckpointRecord,
  DeviceChoice,
  MetricPoint,
  MetricSeries,
  RunRecord,
  SampleRecord,
} from '#shared/schemas/run.ts'

/** What the app remembers between launches. */
export interface AppSettings {
  device: DeviceChoice
  theme: 'system' | 'light' | 'dark'
}

export interface AppInfo {
  version: string
  platform: string
  dataDirectory: string
  /** Folder of the embedded demo images. */
  demoFolder: string
  settings: AppSettings
}

export interface RecentFolder {
  path: string
  usedAt: number
  exists: boolean
}

/** An image chosen for the latent interpolation: from the run's dataset, or a file of the user's. */
export type InterpolationEnd = { kind: 'dataset'; index: number } | { kind: 'file'; path: string }

/** What every request about latents says: of which run, how images are encoded, and how drawn. */
export interface LatentChoice {
  id: string
  encoder: EncoderName
  encoderSeed?: number
  sampling: SamplingOptions
}

/** What can be shown in the system's file manager. */
export type RevealTarget =
  | { kind: 'run'; id: string }
  | { kind: 'samples'; id: string }
  | { kind: 'dataset'; id: string }
  | { kind: 'data' }

/** Bytes of a run's files. */
export interface DiskUse {
  checkpoints: number
  samples: number
  total: number
}

/** Bytes of all runs and all imported images, and what the disk they are on has left. */
export interface TotalDiskUse {
  runs: number
  datasets: number
  free: number
}

/**
 * Renderer → main, request and answer: channel → `[argument, result]`. Both ends derive their types from here.
 * Every answer crosses as `IpcReply`; a rejection arrives as a FlowerbedError.
 */
export interface IpcRequests {
  'app.info': [void, AppInfo]
  'app.doctor': [void, DoctorReport]
  'app.diskUse': [void, TotalDiskUse]
  'app.settings': [Partial<AppSettings>, AppSettings]
  'app.reveal': [RevealTarget, void]
  'app.choosePaths': [{ kind: 'folder' | 'images' }, string[]]

  'datasets.list': [void, DatasetRecord[]]
  'datasets.recent': [void, RecentFolder[]]
  'datasets.scan': [{ job: string; paths: string[] }, ScanReport]
  'datasets.import': [{ job: string; scan: string; options: ImportOptions }, DatasetRecord]
  'datasets.cancel': [{ job: string }, void]
  'datasets.forgetScan': [{ scan: string }, void]
  'datasets.problems': [{ id: string }, ProblemFile[]]
  'datasets.labels': [{ id: string }, Pick<DatasetIndex, 'labels' | 'labelOf'>]
  /** Images by position; at most 512 a call. */
  'datasets.images': [{ id: string; indices: number[] }, PixelBatch]
  'datasets.rename': [{ id: string; name: string }, DatasetRecord]
  /** Deletes the packed files; runs made with it stay. */
  'datasets.delete': [{ id: string }, { freedBytes: number }]

  'runs.list': [void, RunRecord[]]
  'runs.create': [
    { datasetId: string; preset: string; changes: Record<string, unknown>; name?: string },
    RunRecord,
  ]
  /** How much memory such a run would take. */
  'runs.estimate': [{ shape: ImageShape; preset: string; changes: Record<string, unknown> }, MemoryEstimate]
  'runs.pause': [{ id: string }, RunRecord]
  /** From its latest checkpoint that can be read, or from the one of a step. */
  'runs.resume': [{ id: string; step?: number }, RunRecord]
  'runs.stop': [{ id: string; save: boolean }, RunRecord]
  /** Adds steps; a run that has ended goes on from its last checkpoint. */
  'runs.extend': [{ id: string; steps: number }, RunRecord]
  'runs.update': [{ id: string; name?: string; note?: string; tags?: string[]; starred?: boolean }, RunRecord]
  'runs.diskUse': [{ id: string }, DiskUse]
  'runs.delete': [{ id: string }, { freedBytes: number }]
  'runs.metrics': [{ id: string }, MetricSeries]
  'runs.samples': [{ id: string }, SampleRecord[]]
  /** The last ones; null before there are any. */
  'runs.diagnostics': [{ id: string }, Diagnostics | null]
  /** Newest first. */
  'runs.checkpoints': [{ id: string }, CheckpointRecord[]]
  /** A pinned save is never deleted to make room. */
  'runs.pinCheckpoint': [{ id: string; step: number; pinned: boolean }, CheckpointRecord[]]

  'experiments.list': [void, Experiment[]]
  /** Makes the runs and begins with the first. `presets` in the order of the ladder; all of them when left out. */
  'experiments.create': [
    {
      datasetId: string
      presets?: string[]
      budget: Budget
      seed: number
      /** Any other setting, for all runs. */
      changes: Record<string, unknown>
    },
    Experiment,
  ]
  'experiments.pause': [{ id: string }, Experiment]
  'experiments.resume': [{ id: string }, Experiment]
  /** With its runs and their files, or only the grouping. */
  'experiments.delete': [{ id: string; runs: boolean }, { freedBytes: number }]
  /** What a run has reconstruction already; null if it has not since it learned last. */
  'experiments.reconstruction': [{ runId: string }, Reconstruction | null]
  'experiments.reconstruct': [{ runId: string }, Reconstruction]

  /** Progress and cancelling go by `job`. */
  'gallery.sample': [
    {
      id: string
      job: string
      count: number
      seed: number
      temperature: number
      sampling: SamplingOptions
    },
    SampleRecord,
  ]
  'gallery.cancel': [{ job: string }, void]
  /** A file of the user's as a run sees it, before anything is drawn from it. */
  'latent.image': [{ id: string; path: string }, PixelBatch]
  'latent.interpolate': [
    LatentChoice & { a: InterpolationEnd; b: InterpolationEnd; frames: number; mode: Between },
    InterpolateResult,
  ]
  /** Three or four images: top left, top right, bottom left, bottom right. */
  'latent.grid': [
    LatentChoice & { images: InterpolationEnd[]; rows: number; columns: number; mode: Between },
    GridResult,
  ]

  'runtime.status': [void, RuntimeStatus]
  /** What the device under General comes to now. */
  'runtime.device': [void, DeviceStatement]
  'runtime.install': [{ variant: RuntimeVariant }, RuntimeStatus]
  'runtime.remove': [{ variant: RuntimeVariant }, RuntimeStatus]
  'runtime.cancel': [void, void]
}

export type IpcChannel = keyof IpcRequests
export type IpcArgument<C extends IpcChannel> = IpcRequests[C][0]
export type IpcResult<C extends IpcChannel> = IpcRequests[C][1]

export type IpcReply<T> = { ok: true; value: T } | { ok: false; error: SerializedError }

/** Main → renderer, one way, over a MessagePort. */
export type AppEvent =
  | { type: 'run'; run: RunRecord }
  | { type: 'runDeleted'; id: string }
  | { type: 'experiment'; experiment: Experiment }
  | { type: 'experimentDeleted'; id: string }
  | { type: 'reconstruction'; reconstruction: Reconstruction }
  | { type: 'metrics'; runId: string; points: MetricPoint[] }
  | { type: 'progress'; runId: string; progress: TrainProgress }
  | { type: 'sample'; record: SampleRecord }
  | { type: 'diagnostics'; diagnostics: Diagnostics }
  | { type: 'sampling'; job: string; share: number }
  /** A run's saves are others than before. */
  | { type: 'checkpoints'; runId: string }
  | { type: 'dataset'; dataset: DatasetRecord }
  | { type: 'datasetDeleted'; id: string }
  | { type: 'import'; job: string; progress: ImportProgress }
  | { type: 'install'; progress: InstallProgress }
  | { type: 'engine'; state: 'off' | 'starting' | 'on'; memoryBytes: number }
  | { type: 'notice'; level: 'info' | 'warning' | 'error'; message: string; hint?: string; runId?: string }
  /** A menu item or a file opened with the app asks the window to do something. */
  | { type: 'command'; command: AppCommand }

export type AppCommand =
  | { name: 'open'; paths: string[] }
  | { name: 'go'; page: Page }
  | { name: 'newRun' }
  | { name: 'toggleTraining' }
  | { name: 'showShortcuts' }

export const pages = ['library', 'run', 'experiment', 'gallery', 'interpolation', 'settings'] as const
export type Page = (typeof pages)[number]

/** Folders of a run whose files the window may show. */
export const shownFolders = ['samples', diagnosticsFolder] as const

/** Addresses for an `<img>`, served by main's `app://` protocol: of a sample sheet, and of a map of the diagnostics. */
export const sampleUrl = (record: { runId: string; file: string }) => runFileUrl('samples', record)
export const diagnosticUrl = (map: { runId: string; file: string }) => runFileUrl(diagnosticsFolder, map)

function runFileUrl(folder: (typeof shownFolders)[number], of: { runId: string; file: string }): string {
  return `app://flowerbed/runs/${encodeURIComponent(of.runId)}/${folder}/${encodeURIComponent(of.file)}`
}

/** What the preload exposes as `window.api`. */
export interface PreloadApi {
  request: <C extends IpcChannel>(channel: C, argument: IpcArgument<C>) => Promise<IpcReply<IpcResult<C>>>
  /** Subscribes to events; the answer unsubscribes. */
  onEvent: (listener: (event: AppEvent) => void) => () => void
  /** Paths of dropped files; '' for what has none. */
  pathOf: (file: unknown) => string
  platform: string
}
