import { z } from 'zod'
import { FlowerbedError } from '#shared/errors.ts'
import { deviceChoiceSchema } from '#shared/schemas/run.ts'
import { parentChannel } from '../src-main/processes/parent-channel.ts'
import { loadTensorFlow } from '../src-main/engine/backend/load.ts'
import { benchCase, benchNetworks } from './cases/networks.ts'
import { timeBoth, timedStep } from './cases/step.ts'

/**
 * The training step of a case as a process of its own, which `flowerbed bench step --against electron` starts where the
 * app has its engine. Its last argument says which case; it tells of itself once it is warm, and answers each number of
 * steps by their timing.
 */
const asked = z
  .object({
    network: z.enum(benchNetworks),
    settings: z.record(z.string(), z.unknown()),
    imageSize: z.number().optional(),
    device: deviceChoiceSchema,
  })
  .parse(JSON.parse(process.argv.at(-1) ?? ''))

const channel = parentChannel()
if (!channel) throw new FlowerbedError('internal', 'This is started by flowerbed bench step.')

const { network, device, settings, imageSize } = asked
loadTensorFlow({ device })
const step = timedStep(benchCase(network, { settings, ...(imageSize ? { imageSize } : {}) }))
await step.time(3)
channel.onMessage(
  (calls) =>
    void timeBoth(step, Number(calls)).then((timing) =>
      channel.post({ ...timing, peakMemoryBytes: process.resourceUsage().maxRSS * 1024 }),
    ),
)
const { electron } = process.versions as Partial<Record<string, string>>
channel.post({ version: electron ?? process.versions.node, parameters: step.parameters })
channel.onClose(() => process.exit())
