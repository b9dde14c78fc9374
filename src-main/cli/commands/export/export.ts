import { resolve } from 'node:path'
import { Option } from 'commander'
import type { Command } from 'commander'
import { exportFormats } from '#shared/sampling-messages.ts'
import type { ExportFormat } from '#shared/sampling-messages.ts'
import type { CheckpointChoice, DeviceChoice } from '#shared/schemas/run.ts'
import {
  addSamplingOptions,
  checkpointOption,
  dataDirOption,
  deviceOption,
  checkSampling,
  samplingFrom,
  jsonOption,
  wholeNumber,
} from '../../support/options.ts'
import type { SamplingFlags } from '../../support/options.ts'
import { checkDestination, writing } from '../../support/destination.ts'
import { followSampling } from '../../support/follow-sampling.ts'
import { answer, bytes, say } from '../../support/output.ts'
import { checkSelection } from '../../support/settings.ts'
import { withWorkspace } from '../../support/workspace.ts'

interface Options extends SamplingFlags {
  format: ExportFormat
  out: string
  count: number
  checkpoint?: CheckpointChoice
  device: DeviceChoice
  dataDir?: string
  json?: boolean
}

export function addExport(program: Command): void {
  const command = program
    .command('export')
    .description('export a model for other programs')
    .argument('<run>', 'its id, the beginning of one, or latest')
    .addOption(
      new Option('--format <format>', 'saved-model: TensorFlow’s format')
        .choices(exportFormats)
        .makeOptionMandatory(),
    )
    .requiredOption('--out <folder>', 'output folder; must not exist yet')
    .option('--count <count>', 'number of images that one call samples', wholeNumber, 16)
    .addOption(checkpointOption())
    .addOption(deviceOption())
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(exportRun)
  addSamplingOptions(command)
}

async function exportRun(runId: string, options: Options): Promise<void> {
  const { format, out, count, checkpoint, device, dataDir, json = false } = options
  const folder = resolve(out)
  checkSampling(options)
  checkSelection({ count, seed: 0 })
  await checkDestination(folder, 'new-folder')
  const follow = followSampling()
  await withWorkspace({ dataDir, onEvent: follow.onEvent }, async ({ runService, engine }) => {
    const run = runService.find(runId)
    const sampling = samplingFrom(options, run.config)
    const written = await writing(folder, () =>
      follow.during(engine, (job) =>
        runService.withModel(
          run.id,
          async (model) =>
            await engine.handlers.export({ model, device, sampling, format, folder, count, job }),
          checkpoint,
        ),
      ),
    )
    say(`${written.folder}: step ${written.step}, ${bytes(written.bytes)}`)
    answer(json, { run: run.id, format, ...written })
  })
}
