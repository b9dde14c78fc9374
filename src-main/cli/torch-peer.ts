import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { z } from 'zod'
import { FlowerbedError } from '#contract/errors.ts'
import type { BenchNetwork } from '../engine/bench/networks.ts'
import type { Timed } from '../engine/bench/step.ts'
import { resourceFolder } from '../resources.ts'

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

/** A Python that has taken a few steps of the same network and takes more when asked. */
export interface TorchPeer extends Timed {
  about: z.infer<typeof aboutSchema>
}

/** @throws FlowerbedError `unavailable` with Python's own words when it ends before its first steps are done */
export async function startTorchPeer(options: {
  python: string
  network: BenchNetwork
  precision: 'fp32' | 'bf16'
  device: 'cpu' | 'cuda'
  variant: TorchVariant
}): Promise<TorchPeer> {
  const { python, network, precision, device, variant } = options
  const child = spawn(python, [
    join(resourceFolder('bench'), 'torch_peer.py'),
    ...['--network', network, '--layout', variant.layout],
    ...(variant.compile ? ['--compile'] : []),
    ...(precision === 'bf16' ? ['--bf16'] : []),
    ...(device === 'cuda' ? ['--cuda'] : []),
  ])
  const lines = answers(child, python)
  const about = aboutSchema.parse(JSON.parse(await lines.next()))
  return {
    about,
    time: async (calls) => {
      child.stdin.write(`${calls}\n`)
      return Number(await lines.next())
    },
    dispose: () => void child.kill(),
  }
}

function answers(child: ChildProcessWithoutNullStreams, python: string): { next: () => Promise<string> } {
  let told = ''
  child.stderr.on('data', (chunk: Buffer) => (told = (told + chunk.toString()).slice(-2000)))
  const ended = new Promise<never>((_, reject) => {
    const fail = () => {
      reject(
        new FlowerbedError('unavailable', `PyTorch did not run: ${told.trim().split('\n').at(-1) ?? ''}`, {
          where: python,
          hint: 'Name a Python that has torch with --python.',
        }),
      )
    }
    child.once('error', fail)
    child.once('close', fail)
  })
  ended.catch(() => undefined)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    next: async () => {
      const result = await Promise.race([lines.next(), ended])
      // The stream ends a moment before the process does.
      return result.done ? await ended : result.value
    },
  }
}
