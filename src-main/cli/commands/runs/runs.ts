import { join } from 'node:path'
import type { Command } from 'commander'
import { diagnosticFacts, diagnosticMaps } from '#shared/labels/diagnostics.ts'
import { goalSteps } from '#shared/run-limits.ts'
import type { CheckpointRecord } from '#shared/schemas/run.ts'
import type { RunEvent } from '#shared/schemas/run-event.ts'
import { diagnosticsFolderOf, readDiagnostics } from '../../../runs/diagnostics.ts'
import { diskUseOfRun, totalDiskUse } from '../../../runs/disk-use.ts'
import { dataDirOption, jsonOption, wholeNumber } from '../../support/options.ts'
import { answer, bytes, duration, say } from '../../support/output.ts'
import { withWorkspace } from '../../support/workspace.ts'

interface Options {
  dataDir?: string
  json?: boolean
}

export function addRuns(program: Command): void {
  const runs = program
    .command('runs')
    .description('list all runs, newest first, and what they take on disk')
    .addOption(dataDirOption())
    .addOption(jsonOption())
    .action(list)
  runs
    .command('checkpoints')
    .description('list the saves of a run, newest first')
    .argument('<run>', 'its id, the beginning of one, or latest')
    .action((run: string, _: object, command: Command) => checkpoints(run, command.optsWithGlobals()))
  runs
    .command('diagnostics')
    .description('tell how a run encodes images, what its prior is like, and what is wrong, if anything')
    .argument('<run>', 'its id, the beginning of one, or latest')
    .option('--step <step>', 'as of an earlier sampling of the grid', wholeNumber)
    .action((run: string, _: object, command: Command) => diagnostics(run, command.optsWithGlobals()))
  runs
    .command('events')
    .description(
      'list what happened to a run beside its training: resumed, settings changed, checkpoints damaged',
    )
    .argument('<run>', 'its id, the beginning of one, or latest')
    .action((run: string, _: object, command: Command) => listEvents(run, command.optsWithGlobals()))
  for (const [name, pinned, description] of [
    ['pin', true, 'keep a save whatever comes after it'],
    ['unpin', false, 'let a save go when newer ones take its place'],
  ] as const) {
    runs
      .command(name)
      .description(description)
      .argument('<run>', 'its id, the beginning of one, or latest')
      .argument('<step>', 'the step it was saved at', wholeNumber)
      // eslint-disable-next-line max-params -- commander hands over one argument each
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
      say('There are no runs yet. Make one with: flowerbed train FOLDER')
    for (const run of runs) {
      const { id, name, status, step, trainedSeconds, losses, disk } = run
      const loss = losses['loss'] === undefined ? '' : `loss ${losses['loss'].toPrecision(4)}`
      say(
        `${id}  ${name.padEnd(24)} ${status.padEnd(11)} ${step}/${goalSteps(run)} steps  ${duration(trainedSeconds).padEnd(10)} ${bytes(disk.total).padStart(8)}  ${loss}`,
      )
    }
    if (unreadable.length > 0) say(leftOut(unreadable))
    const disk = await totalDiskUse(store.directory)
    say(`Runs take ${bytes(disk.runs)}, images ${bytes(disk.datasets)}; ${bytes(disk.free)} are free.`)
    answer(json, { runs, disk, ...(unreadable.length > 0 ? { unreadable } : {}) })
  })
}

/** Runs that this version cannot read, on one line. */
function leftOut(unreadable: { id: string; reason: string }[]): string {
  const each = unreadable.map(({ id, reason }) => `${id}: ${reason}`).join('; ')
  const one = unreadable.length === 1
  return `${unreadable.length} ${one ? 'run' : 'runs'} cannot be read and ${one ? 'is' : 'are'} left out (${each}).`
}

async function checkpoints(wanted: string, { dataDir, json = false }: Options): Promise<void> {
  await withWorkspace({ dataDir }, ({ runService }) => {
    const run = runService.find(wanted)
    const saves = runService.checkpoints.list(run.id)
    if (saves.length === 0) say(`“${run.name}” has saved nothing yet.`)
    for (const save of saves) say(line(save))
    answer(json, { run: run.id, checkpoints: saves })
    return Promise.resolve()
  })
}

async function listEvents(wanted: string, { dataDir, json = false }: Options): Promise<void> {
  await withWorkspace({ dataDir }, ({ runService, store }) => {
    const run = runService.find(wanted)
    const events = store.events.list(store.runs.key(run.id))
    if (events.length === 0) say(`Nothing is recorded of “${run.name}” beside its training.`)
    for (const event of events)
      say(`${new Date(event.at).toLocaleString()}  step ${event.step}: ${eventWords(event)}`)
    answer(json, { run: run.id, events })
    return Promise.resolve()
  })
}

function eventWords(event: RunEvent): string {
  const { kind, detail } = event
  if (kind === 'settings') {
    return Object.entries(detail)
      .map(([key, { from, to }]) => `${key} ${from} → ${to}`)
      .join(', ')
  }
  if (kind === 'resumed') return `resumed from the checkpoint of step ${event.step}`
  return `the checkpoint could not be read: ${detail.reason}`
}

async function diagnostics(
  wanted: string,
  { dataDir, json = false, step }: Options & { step?: number },
): Promise<void> {
  await withWorkspace({ dataDir }, async ({ runService, store }) => {
    const run = runService.find(wanted)
    const found = await readDiagnostics(store.directory, run, step)
    if (!found) say(`“${run.name}” has drawn nothing yet; diagnostics come with each sampling of the grid.`)
    else {
      say(`“${run.name}” at step ${found.step}, seen on ${found.images} images:`)
      for (const { title, value } of diagnosticFacts(found)) say(`  ${title}: ${value}`)
      const folder = diagnosticsFolderOf(store.directory, run.id)
      for (const { title, file, value } of diagnosticMaps(found))
        say(`  ${title}: ${join(folder, file)} (${value})`)
      for (const warning of found.warnings) say(warning)
    }
    answer(json, { run: run.id, diagnostics: found })
  })
}

function line({ step, loss, bytes: size, best, pinned, damaged }: CheckpointRecord): string {
  const told = loss === null ? '' : `loss ${loss.toPrecision(4)}`
  const marks = [best ? 'best' : '', pinned ? 'pinned' : '', damaged ? 'damaged' : '']
    .filter(Boolean)
    .join(', ')
  return `step ${String(step).padEnd(9)} ${bytes(size).padStart(8)}  ${told.padEnd(16)} ${marks}`.trimEnd()
}

async function pin(
  { run: wanted, step, pinned }: { run: string; step: number; pinned: boolean },
  { dataDir, json = false }: Options,
): Promise<void> {
  await withWorkspace({ dataDir, writes: true }, ({ runService }) => {
    const run = runService.find(wanted)
    const save = runService.checkpoints.pin(run.id, { step, pinned })
    say(line(save))
    answer(json, { run: run.id, checkpoint: save })
    return Promise.resolve()
  })
}
