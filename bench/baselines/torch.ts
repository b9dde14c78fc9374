import { join } from 'node:path'
import { z } from 'zod'
import type { Precision } from '#shared/schemas/run-config.ts'
import type { BenchNetwork } from '../cases/networks.ts'
import { resourceFolder } from '../../src-main/files/resources.ts'
import { startPeer } from './baseline.ts'
import type { Peer } from './baseline.ts'

/** How PyTorch is made to run the step. */
export interface TorchVariant {
  layout: 'nchw' | 'channels_last'
  compile: boolean
}

export const torchVariants: TorchVariant[] = [
  { layout: 'nchw', compile: false },
  { layout: 'channels_last', compile: false },
  { layout: 'nchw', compile: true },
  { layout: 'channels_last', compile: true },
]

export const variantName = ({ layout, compile }: TorchVariant) =>
  `${compile ? 'compile' : 'eager'}, ${layout === 'nchw' ? 'NCHW' : 'channels_last'}`

const aboutSchema = z.object({ torch: z.string(), parameters: z.int(), threads: z.int() })
export type TorchPeer = Peer<z.infer<typeof aboutSchema>>

/** A Python that trains the network. @throws FlowerbedError `unavailable` when it has no torch */
export function startTorchPeer(options: {
  python: string
  network: BenchNetwork
  precision: Precision
  device: 'cpu' | 'cuda'
  variant: TorchVariant
}): Promise<TorchPeer> {
  const { python, network, precision, device, variant } = options
  return startPeer({
    name: 'PyTorch',
    command: python,
    args: [
      join(import.meta.dirname, 'torch_baseline.py'),
      ...['--network', network, '--layout', variant.layout],
      ...(variant.compile ? ['--compile'] : []),
      ...(precision === 'bf16' ? ['--bf16'] : []),
      ...(device === 'cuda' ? ['--cuda'] : []),
    ],
    about: aboutSchema,
    hint: 'Name a Python that has torch with --python.',
  })
}
