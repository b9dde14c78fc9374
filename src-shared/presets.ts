import { errorText } from '#shared/error-text.ts'
import { FlowerbedError, fromZodError } from '#shared/errors.ts'
import { mostSteps } from '#shared/run-limits.ts'
import { runConfigSchema, settingKeys } from '#shared/schemas/run-config.ts'
import type { RunConfig, SettingKey } from '#shared/schemas/run-config.ts'

/** Named settings for a run to start from. */
export interface Preset {
  id: PresetId
  title: string
  /** One sentence on what it is for. */
  summary: string
  /** `standard` presets are for use; `ladder` ones reproduce the reference's systems with its deviations. */
  family: 'standard' | 'ladder'
  config: RunConfig
}

export const presetIds = [
  'auto',
  'fast',
  'balanced',
  'quality',
  'pixel-posterior',
  'ladder-1-vanilla',
  'ladder-2-posterior',
  'ladder-3-unet',
  'ladder-4-prior',
  'ladder-5-observation-noise',
] as const
export type PresetId = (typeof presetIds)[number]
export const defaultPresetId: PresetId = 'auto'
/** The default preset's system in sizes that do not depend on the time. */
export const sizePresetIds: readonly PresetId[] = ['fast', 'balanced', 'quality']

const monitoring = {
  validationShare: 0,
  sampleEvery: 100,
  sampleCount: 16,
  sampleSteps: 50,
  evaluateEvery: 0,
  checkpointEvery: 200,
  checkpointKeep: 2,
} as const

const pixelPosterior: RunConfig = {
  steps: 20_000,
  epochs: 0,
  minutes: 0,
  batch: 32,
  accumulate: 1,
  seed: 1,
  network: 'resunet',
  hidden: 64,
  patch: 0,
  prediction: 'image',
  embeddingWidth: 2,
  codeEncoderWidth: 'half',
  dropout: 0,
  checkpointing: false,
  code: 0,
  codeMap: false,
  codeKlWeight: 1,
  codeFreeNats: 0,
  labels: false,
  labelDropout: 0.1,
  posterior: true,
  prior: 'standard',
  coupling: 'independent',
  sigma: 0,
  path: 'consistent',
  times: 'spread',
  timeDistribution: 'uniform',
  timeShift: 2,
  lossScale: 'mean',
  klWeight: 1,
  priorWeight: 0,
  optimizer: 'adam',
  learningRate: 2e-3,
  schedule: 'constant',
  warmup: 50,
  weightDecay: 0,
  clipNorm: 1,
  emaKind: 'decay',
  emaDecay: 0.999,
  precision: 'auto',
  flip: false,
  flipVertical: false,
  turn: false,
  shift: 0,
  jitter: 0,
  augmentCondition: false,
  ...monitoring,
}

/**
 * The network sees small patches and a compact code; the learning rate falls to zero at the end of the time. Chosen by
 * studies of equal minutes (docs/model.md). What `automatic-settings.ts` chooses comes on top.
 */
const auto: RunConfig = {
  ...pixelPosterior,
  steps: mostSteps,
  minutes: 20,
  hidden: 32,
  embeddingWidth: 4,
  code: 32,
  codeMap: true,
  codeEncoderWidth: 'full',
  codeKlWeight: 0.15,
  posterior: false,
  timeDistribution: 'logit-normal',
  timeShift: 1,
  optimizer: 'muon',
  schedule: 'cosine',
  sampleSteps: 8,
}
const fast: RunConfig = { ...auto, hidden: 16, minutes: 5 }
const quality: RunConfig = { ...auto, hidden: 64, minutes: 120 }

/** Third rung: flow matching between images and q(z|x), both networks the reference’s U-Net. */
const ladder3: RunConfig = {
  ...pixelPosterior,
  precision: 'fp32',
  network: 'unet',
  batch: 64,
  hidden: 128,
  sigma: 0,
  path: 'reference',
  times: 'independent',
  timeShift: 1,
  lossScale: 'sum',
  klWeight: 1,
  learningRate: 1e-3,
  warmup: 0,
  clipNorm: 1,
  emaDecay: 0,
}
/** First rung: plain flow matching with convolutions at full size, the latent independent of the image. */
const ladder1: RunConfig = { ...ladder3, network: 'conv', posterior: false }
const ladder2: RunConfig = { ...ladder3, network: 'conv' }
const ladder4: RunConfig = { ...ladder3, prior: 'learned', priorWeight: 1 }
const ladder5: RunConfig = { ...ladder4, sigma: 0.1 }

export const presets: Record<PresetId, Preset> = {
  auto: {
    id: 'auto',
    title: 'Automatic',
    summary:
      'The best images for the time given: the width by the speed of this computer and the images. 20 minutes unless you choose. Start here.',
    family: 'standard',
    config: auto,
  },
  fast: {
    id: 'fast',
    title: 'Fast',
    summary: 'A quarter of the computation per step, for five minutes on a weak computer.',
    family: 'standard',
    config: fast,
  },
  balanced: {
    id: 'balanced',
    title: 'Balanced',
    summary: 'The same width on every computer, so that runs can be compared. 20 minutes.',
    family: 'standard',
    config: auto,
  },
  quality: {
    id: 'quality',
    title: 'Quality',
    summary: 'Twice as wide, for two hours on a fast processor or for a GPU.',
    family: 'standard',
    config: quality,
  },
  'pixel-posterior': {
    id: 'pixel-posterior',
    title: 'Posterior per pixel',
    summary: 'A wider network with an encoder per pixel: the preset that earlier versions called Balanced.',
    family: 'standard',
    config: pixelPosterior,
  },
  'ladder-1-vanilla': {
    id: 'ladder-1-vanilla',
    title: 'Reference, rung 1: vanilla',
    summary: 'The reference’s first system: flow matching from noise with a stack of convolutions.',
    family: 'ladder',
    config: ladder1,
  },
  'ladder-2-posterior': {
    id: 'ladder-2-posterior',
    title: 'Reference, rung 2: posterior',
    summary: 'Rung 1 with an encoder that gives each image a latent.',
    family: 'ladder',
    config: ladder2,
  },
  'ladder-3-unet': {
    id: 'ladder-3-unet',
    title: 'Reference, rung 3: U-Net',
    summary: 'The reference’s third system: U-Nets as velocity network and encoder, standard normal prior.',
    family: 'ladder',
    config: ladder3,
  },
  'ladder-4-prior': {
    id: 'ladder-4-prior',
    title: 'Reference, rung 4: learned prior',
    summary: 'Rung 3 with a prior learned per pixel from the images.',
    family: 'ladder',
    config: ladder4,
  },
  'ladder-5-observation-noise': {
    id: 'ladder-5-observation-noise',
    title: 'Reference, rung 5: observation noise',
    summary: 'The reference’s final system: rung 4 with a little observation noise.',
    family: 'ladder',
    config: ladder5,
  },
}

/**
 * A whole run configuration from a preset and changes to it.
 * @throws FlowerbedError `bad-input` naming the first key that is unknown or out of range.
 */
export function resolveConfig(preset: string, changes: Record<string, unknown> = {}): RunConfig {
  const found = presets[preset as PresetId] as Preset | undefined
  if (!found) {
    throw new FlowerbedError(
      'bad-input',
      errorText('presets.unknown', { preset, choices: presetIds.join(', ') }),
      {
        where: 'preset',
      },
    )
  }
  const unknown = Object.keys(changes).find((key) => !(settingKeys as string[]).includes(key))
  if (unknown !== undefined) {
    throw new FlowerbedError(
      'bad-input',
      errorText('settings.unknown', { setting: unknown, choices: settingKeys.join(', ') }),
      {
        where: unknown,
      },
    )
  }
  const parsed = runConfigSchema.safeParse({ ...found.config, ...liftedLimits(changes), ...changes })
  if (!parsed.success) throw fromZodError(parsed.error)
  checkCoupling(parsed.data)
  return parsed.data.network === 'resunet' ? parsed.data : withoutResidual(parsed.data, changes)
}

/** The minutes of a preset are its length unless another is asked for: steps or epochs that are given take their place. */
function liftedLimits({ steps, epochs, minutes }: Record<string, unknown>): Partial<RunConfig> {
  return minutes === undefined && (steps !== undefined || Number(epochs ?? 0) > 0) ? { minutes: 0 } : {}
}

/** Settings that only the residual U-Net has: switched off, and the error where another network should have them. */
const residualOnly = {
  code: { off: 0, error: 'settings.codeNeedsResunet' },
  labels: { off: false, error: 'settings.labelsNeedResunet' },
  dropout: { off: 0, error: 'settings.dropoutNeedsResunet' },
  augmentCondition: { off: false, error: 'settings.augmentNeedsResunet' },
} as const satisfies Partial<Record<SettingKey, unknown>>

/** @throws FlowerbedError `bad-input` for a coupling where the latent of an image is not plain noise */
function checkCoupling({ coupling, posterior, prior }: RunConfig): void {
  if (coupling === 'independent' || (!posterior && prior === 'standard')) return
  throw new FlowerbedError('bad-input', errorText('settings.couplingNeedsNoise'), { where: 'coupling' })
}

/** A configuration of another network without what it lacks. @throws FlowerbedError `bad-input` where that is asked for */
function withoutResidual(config: RunConfig, changes: Record<string, unknown>): RunConfig {
  for (const key of Object.keys(residualOnly) as (keyof typeof residualOnly)[]) {
    const { off, error } = residualOnly[key]
    if (changes[key] === undefined || config[key] === off) continue
    throw new FlowerbedError('bad-input', errorText(error), { where: key })
  }
  const off = Object.entries(residualOnly).map(([key, value]) => [key, value.off])
  return { ...config, ...(Object.fromEntries(off) as Partial<RunConfig>) }
}
