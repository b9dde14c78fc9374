import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { FlowerbedError } from '#shared/errors.ts'
import type { DeviceChoice } from '#shared/schemas/run.ts'
import type { BenchChanges, BenchNetwork } from '../cases/networks.ts'
import { startBaseline } from './baseline.ts'
import type { Baseline } from './baseline.ts'
import { electronRecord } from '../../src-main/cli/support/electron-record.ts'

const aboutSchema = z.object({ version: z.string(), parameters: z.int() })
export type ElectronBaseline = Baseline<z.infer<typeof aboutSchema>>

/**
 * The same step in a utility process of the set-up's Electron, where the app has its engine. No window, no display.
 * @throws FlowerbedError `unavailable` without an Electron or a built app
 */
export function startElectronBaseline(options: {
  network: BenchNetwork
  device: DeviceChoice
  changes: BenchChanges
}): Promise<ElectronBaseline> {
  const { network, device, changes } = options
  const { settings = {}, imageSize } = changes
  const electron = electronRecord()
  const module = [
    join(import.meta.dirname, 'bench.js'),
    resolve(import.meta.dirname, '../../out/main/bench.js'),
  ].find((path) => existsSync(path))
  if (!electron || !module) {
    throw new FlowerbedError(
      'unavailable',
      electron ? 'The app has not been built.' : 'Electron is not set up.',
      {
        hint: 'Run `npm run setup` in a checkout.',
      },
    )
  }
  const asRoot = process.platform === 'linux' && process.getuid?.() === 0
  return startBaseline({
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
    hint: 'Run `npm run setup` again; `flowerbed doctor` tells which Electron it is.',
  })
}
