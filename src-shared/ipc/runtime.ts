import { z } from 'zod'
import type { DeviceStatement, RuntimeStatus } from '#shared/schemas/doctor.ts'
import type { WorkerDevices } from '#shared/workers.ts'
import { channel, nothing, type } from '#shared/ipc/channel.ts'

const byVariant = z.strictObject({ variant: z.enum(['cpu', 'cuda']) })

export const runtimeChannels = {
  'runtime.status': channel({ input: nothing, output: type<RuntimeStatus>() }),
  /** The device that the chosen setting resolves to now. */
  'runtime.device': channel({ input: nothing, output: type<DeviceStatement>() }),
  /** What a run can train on together here. */
  'runtime.workerDevices': channel({ input: nothing, output: type<WorkerDevices>() }),
  'runtime.install': channel({ input: byVariant, output: type<RuntimeStatus>() }),
  'runtime.remove': channel({ input: byVariant, output: type<RuntimeStatus>() }),
  'runtime.cancel': channel({ input: nothing, output: type<void>() }),
}
