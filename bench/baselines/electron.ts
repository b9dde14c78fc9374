import { join } from 'node:path'
import { z } from 'zod'
import { FlowerbedError } from '#shared/errors.ts'
import type { DeviceChoice } from '#shared/schemas/run.ts'
import type { BenchChanges, BenchNetwork } from '../cases/networks.ts'
import { startBaseline } from './baseline.ts'
import type { Baseline } from './baseline.ts'
import { buildElectronStep } from './build-electron-step.ts'
import { electronRecord } from '../../src-main/cli/support/electron-record.ts'

const aboutSchema = z.object({ version: z.string(), parameters: z.int() })
export type ElectronBaseline = Baseline<z.infer<typeof aboutSchema>>

/**
 * The same step in a utility process of the set-up's Electron, as the app runs its engine. No window, no display.
 * @throws FlowerbedError `unavailable` without an Electron
 */
export async function startElectronBaseline(options: {
  network: BenchNetwork
  device: DeviceChoice
  changes: BenchChanges
}): Promise<ElectronBaseline> {
  const { network, device, changes } = options
  const { settings = {}, imageSize } = changes
  const electron = electronRecord()
  if (!electron) {
    throw new FlowerbedError('unavailable', 'Electron is not set up.', { hint: 'Run `npm run setup`.' })
  }
  const module = await buildElectronStep()
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0
  return await startBaseline({
    name: 'Electron',
    command: electron.path,
    args: [
      ...(asRoot ? ['--no-sandbox'] : []),
      ...(process.platform === 'linux' ? ['--ozone-platform=headless', '--disable-gpu'] : []),
      join(import.meta.dirname, 'electron_baseline.mjs'),
      module,
      JSON.stringify({ network, device, settings, imageSize }),
    ],
    about: aboutSchema,
    hint: 'Run `npm run setup` again; `flowerbed doctor` shows which Electron is used.',
  })
}
