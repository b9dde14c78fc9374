import type { Command } from 'commander'
import { errorText } from '#shared/error-text.ts'
import { FlowerbedError } from '#shared/errors.ts'
import type { DeviceChoice } from '#shared/schemas/run.ts'
import { examine } from '../../../engine/backend/doctor.ts'
import { dataDirectory } from '../../../files/data-folder.ts'
import { electronRecord } from '../../support/electron-record.ts'
import { checkInterrupted } from '../../support/interrupt.ts'
import { dataDirOption, deviceOption, jsonOption } from '../../support/options.ts'
import { answer, say } from '../../support/output.ts'

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('check the installation: versions, device, memory, and problems')
    .addOption(deviceOption())
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(async (options: { device: DeviceChoice; dataDir?: string; json?: boolean }) => {
      const report = examine({
        device: options.device,
        dataDirectory: dataDirectory(options.dataDir),
        electron: electronRecord(),
      })
      // Loading TensorFlow blocked the event loop.
      await checkInterrupted()
      const { versions, device, runtime } = report
      say(`Flowerbed ${versions.flowerbed} · Node ${versions.node} · tfjs ${versions.tfjs}`)
      say(
        `TensorFlow ${versions.tensorflow ?? 'not loaded'}${runtime ? ` (${runtime.variant}, ${runtime.directory})` : ''}`,
      )
      say(`Device: ${device.name ?? 'none'} – ${device.why}`)
      say(
        `Machine: ${report.platform}, ${report.cores} cores, ${(report.memoryBytes / 1e9).toFixed(1)} GB of memory`,
      )
      if (report.threads) say(`Threads: ${report.threads.count} (${report.threads.why})`)
      if (report.precision) say(`Precision “auto”: ${report.precision}`)
      say(`Convolutions: ${report.kernels ? `Flowerbed’s kernels, ${report.kernels}` : 'TensorFlow’s'}`)
      if (report.electron) say(`Electron: ${report.electron.version} (${report.electron.path})`)
      say(`Data: ${report.dataDirectory}, ${(report.freeBytes / 1e9).toFixed(1)} GB free`)
      for (const line of report.advice) say(`→ ${line}`)
      answer(options.json ?? false, report)
      if (versions.tensorflow === null)
        throw new FlowerbedError('unavailable', errorText('tensorflow.cannotLoad'))
    })
}
