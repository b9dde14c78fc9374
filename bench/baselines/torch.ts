import { join } from 'node:path'
import { z } from 'zod'
import type { Precision } from '#shared/schemas/run-config.ts'
import type { BenchNetwork } from '../cases/networks.ts'
import { startBaseline } from './baseline.ts'
import type { Baseline } from './baseline.ts'

/** Memory layout and execution mode of the PyTorch baseline. */
export interface TorchVariant {
  layout: 'nchw' | 'channels_last'
  compile: boolean
  /** CUDA graphs (`mode="reduce-overhead"`), for a GPU only. */
  graphs?: boolean
}

const torchVariants: TorchVariant[] = [
  { layout: 'nchw', compile: false },
  { layout: 'channels_last', compile: false },
  { layout: 'nchw', compile: true },
  { layout: 'channels_last', compile: true },
]
const gpuVariants: TorchVariant[] = [
  { layout: 'nchw', compile: true, graphs: true },
  { layout: 'channels_last', compile: true, graphs: true },
]

/** The variants to try on a device; the fastest of them is compared with. */
export const torchVariantsFor = (device: 'cpu' | 'cuda') =>
  device === 'cuda' ? [...torchVariants, ...gpuVariants] : torchVariants

export const variantName = ({ layout, compile, graphs }: TorchVariant) =>
  `${compile ? 'compile' : 'eager'}${graphs ? ' with CUDA graphs' : ''}, ${layout === 'nchw' ? 'NCHW' : 'channels_last'}`

const aboutSchema = z.object({ torch: z.string(), parameters: z.int(), threads: z.int() })
export type TorchBaseline = Baseline<z.infer<typeof aboutSchema>>

/** A Python that trains the network. @throws FlowerbedError `unavailable` when it has no torch */
export function startTorchBaseline(options: {
  python: string
  network: BenchNetwork
  precision: Precision
  device: 'cpu' | 'cuda'
  variant: TorchVariant
}): Promise<TorchBaseline> {
  const { python, network, precision, device, variant } = options
  return startBaseline({
    name: 'PyTorch',
    command: python,
    args: [
      join(import.meta.dirname, 'torch_baseline.py'),
      ...['--network', network, '--layout', variant.layout],
      ...(variant.compile ? ['--compile'] : []),
      ...(variant.graphs ? ['--graphs'] : []),
      ...(precision === 'bf16' ? ['--bf16'] : []),
      ...(device === 'cuda' ? ['--cuda'] : []),
    ],
    about: aboutSchema,
    hint: 'Name a Python that has torch with --python.',
  })
}
