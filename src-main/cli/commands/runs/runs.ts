import { join } from 'node:path'
import type { Command } from 'commander'
import { diagnosticFacts, diagnosticMaps } from '#shared/labels/diagnostics.ts'
import { expectedEnd, isTimeUp } from '#shared/run-limits.ts'
import type { CheckpointRecord } from '#shared/schemas/run.ts'
import { widthOfFile, widthText } from '#shared/weight-averaging.ts'
import { eventText } from '#shared/labels/run-events.ts'
import { diagnosticsFolderOf, readDiagnostics } from '../../../runs/diagnostics.ts'
import { diskUseOfRun, totalDiskUse } from '../../../runs/disk-use.ts'
import { dataDirOption, jsonOption, wholeNumber } from '../../support/options.ts'
import { answer, bytes, duration, say } from '../../support/output.ts'
import { addDeleteRun } from './delete-run.ts'
import { addEndRun } from './end-run.ts'
import { withWorkspace } from '../../support/workspace.ts'

interface Options {
  dataDir?: string
  json?: boolean
}

export function addRuns(program: Command): void {
  const runs = program
    .command('runs')
    .description('list all runs, newest first, and their size on disk')
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(list)
  runs
    .command('checkpoints')
    .description('list the checkpoints of a run, newest first')
    .argument('<run>', 'its id, the beginning of one, or latest')
    .action((run: string, _: object, command: Command) => listCheckpoints(run, command.optsWithGlobals()))
  runs
    .command('diagnostics')
    .description('show how a run encodes images, its prior, and problems if there are any')
    .argument('<run>', 'its id, the beginning of one, or latest')
    .option('--step <step>', 'diagnostics of an earlier step at which samples were generated', wholeNumber)
    .action((run: string, _: object, command: Command) => diagnostics(run, command.optsWithGlobals()))
  runs
    .command('events')
    .description('list the events of a run: resumed, settings changed, checkpoints damaged')
    .argument('<run>', 'its id, the beginning of one, or latest')
    .action((run: string, _: object, command: Command) => listEvents(run, command.optsWithGlobals()))
  addEndRun(runs)
  addDeleteRun(runs)
  for (const [name, pinned, description] of [
    ['pin', true, 'keep a checkpoint when newer ones are written'],
    ['unpin', false, 'let a checkpoint be deleted when newer ones are written'],
  ] as const) {
    runs
      .command(name)
      .description(description)
      .argument('<run>', 'its id, the beginning of one, or latest')
      .argument('<step>', 'the step of the checkpoint', wholeNumber)
      // eslint-disable-next-line max-params -- commander passes one argument each
      .action((run: string, step: number, _: object, command: Command) =>
        pin({ run, step, pinned }, command.optsWithGlobals()),
      )
  }
}

async function list({ dataDir, json = false }: Options): Promise<void> {
  await withWorkspace({ dataDir }, async ({ store }) => {
    const runs = await Promise.all(
      store.runs.list().map(async (run) => ({ ...run, disk: await diskUseOfRun(store.directory, run.id) })),
    )
    const unreadable = store.unreadable.list('run').map(({ id, reason }) => ({ id, reason }))
    if (runs.length + unreadable.length === 0)
      say('There are no runs yet. Start one with: flowerbed train FOLDER')
    for (const run of runs) {
      const { id, name, status, step, trainedSeconds, losses, disk, parent, target } = run
      const end = expectedEnd(run)
      const goal = end.step === null ? '' : `/${end.by === 'minutes' && !isTimeUp(run) ? '~' : ''}${end.step}`
      const loss = losses['loss'] === undefined ? '' : `loss ${losses['loss'].toPrecision(4)}`
      say(
        `${id}  ${name.padEnd(24)} ${status.padEnd(11)} ${step}${goal} steps  ${duration(trainedSeconds).padEnd(10)} ${bytes(disk.total).padStart(8)}  ${loss}${parent ? `  from ${parent.id}:${parent.step}` : ''}${target === null ? '' : `  on ${target}`}`,
      )
    }
    if (unreadable.length > 0) say(leftOut(unreadable))
    const disk = await totalDiskUse(store.directory)
    say(`Disk use: runs ${bytes(disk.runs)}, datasets ${bytes(disk.datasets)}; ${bytes(disk.free)} are free.`)
    answer(json, { runs, disk, ...(unreadable.length > 0 ? { unreadable } : {}) })
  })
}

/** One line about the runs that this version cannot read. */
function leftOut(unreadable: { id: string; reason: string }[]): string {
  const each = unreadable.map(({ id, reason }) => `${id}: ${reason}`).join('; ')
  const one = unreadable.length === 1
  return `${unreadable.length} ${one ? 'run' : 'runs'} cannot be read and ${one ? 'is' : 'are'} left out (${each}).`
}

async function listCheckpoints(runId: string, { dataDir, json = false }: Options): Promise<void> {
  await withWorkspace({ dataDir }, ({ runService }) => {
    const run = runService.find(runId)
    const checkpoints = runService.checkpoints.list(run.id)
    if (checkpoints.length === 0) say(`“${run.name}” has no checkpoints yet.`)
    for (const checkpoint of checkpoints) say(line(checkpoint))
    answer(json, { run: run.id, checkpoints })
    return Promise.resolve()
  })
}

async function listEvents(runId: string, { dataDir, json = false }: Options): Promise<void> {
  await withWorkspace({ dataDir }, ({ runService, store }) => {
    const run = runService.find(runId)
    const events = store.events.list(store.runs.key(run.id))
    if (events.length === 0) say(`“${run.name}” has no events.`)
    for (const event of events)
      say(`${new Date(event.at).toLocaleString()}  step ${event.step}: ${eventText(event)}`)
    answer(json, { run: run.id, events })
    return Promise.resolve()
  })
}

async function diagnostics(
  runId: string,
  { dataDir, json = false, step }: Options & { step?: number },
): Promise<void> {
  await withWorkspace({ dataDir }, async ({ runService, store }) => {
    const run = runService.find(runId)
    const found = await readDiagnostics(store.directory, run, step)
    if (!found)
      say(`“${run.name}” has no diagnostics yet; they are computed whenever training generates samples.`)
    else {
      say(`“${run.name}” at step ${found.step}, measured on ${found.images} images:`)
      for (const { title, value } of diagnosticFacts(found)) say(`  ${title}: ${value}`)
      const folder = diagnosticsFolderOf(store.directory, run.id)
      for (const { title, file, value } of diagnosticMaps(found))
        say(`  ${title}: ${join(folder, file)} (${value})`)
      for (const warning of found.warnings) say(warning)
    }
    answer(json, { run: run.id, diagnostics: found })
  })
}

function line({ step, file, loss, bytes: size, best, pinned, damaged }: CheckpointRecord): string {
  const width = widthOfFile(file)
  const lossText = loss === null ? '' : `loss ${loss.toPrecision(4)}`
  const marks = [
    best ? 'best' : '',
    pinned ? 'pinned' : '',
    damaged ? 'damaged' : '',
    width === null ? '' : `average of width ${widthText(width)}`,
  ]
    .filter(Boolean)
    .join(', ')
  return `step ${String(step).padEnd(9)} ${bytes(size).padStart(8)}  ${lossText.padEnd(16)} ${marks}`.trimEnd()
}

async function pin(
  { run: runId, step, pinned }: { run: string; step: number; pinned: boolean },
  { dataDir, json = false }: Options,
): Promise<void> {
  await withWorkspace({ dataDir, writes: true }, ({ runService }) => {
    const run = runService.find(runId)
    const checkpoint = runService.checkpoints.pin(run.id, { step, pinned })
    say(line(checkpoint))
    answer(json, { run: run.id, checkpoint })
    return Promise.resolve()
  })
}
