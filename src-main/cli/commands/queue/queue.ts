import type { Command } from 'commander'
import { errorText } from '#shared/error-text.ts'
import { expectedStarts } from '#shared/run-queue.ts'
import type { Lane } from '#shared/run-queue.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { chosenGpu } from '#shared/training-devices.ts'
import { usableGpusHere } from '../../../engine/backend/device-choice.ts'
import { QueuedRuns } from '../../../runs/queued-runs.ts'
import { invalidArgument } from '../../support/invalid-argument.ts'
import { onOption, targetIn } from '../../support/remote-options.ts'
import { dataDirOption, jsonOption, wholeNumber, wholeNumberFrom } from '../../support/options.ts'
import { answer, duration, say } from '../../support/output.ts'
import { followTraining, trainAnswer } from '../../support/train-run.ts'
import { withWorkspace } from '../../support/workspace.ts'
import type { Workspace } from '../../support/workspace.ts'
import { trainQueue } from './train-queue.ts'

interface Options {
  dataDir?: string
  json?: boolean
}
interface AddOptions extends Options {
  at?: number
  after?: string
  checkpoint?: number
  first?: boolean
  on?: string
}

const oneRun = ['<run>', 'its id, the beginning of one, or latest'] as const
const someRuns = ['<run...>', 'their ids, beginnings of ids, or latest'] as const

export function addQueue(program: Command): void {
  const queue = program
    .command('queue')
    .description('runs that train one after the other, here or in the app')
    .addOption(dataDirOption())
    .addOption(jsonOption())
  queue
    .command('list')
    .description('list the queued runs in their order')
    .action((_: object, command: Command) => list(command.optsWithGlobals()))
  queue
    .command('add')
    .description('queue runs that were paused, stopped or never begun; one that is queued already moves')
    .argument(...someRuns)
    .option('--at <time>', 'not before this time, as 23:30 or 2030-01-31T23:30', timeOfDay)
    .option('--after <run>', 'not before this run has ended')
    .option('--checkpoint <step>', 'resume from the checkpoint of this step', wholeNumber)
    .option('--first', 'before all others')
    .addOption(onOption())
    .action((runs: string[], _: object, command: Command) => add(runs, command.optsWithGlobals()))
  queue
    .command('remove')
    .description('take runs out of the queue; they stay as they were before')
    .argument(...someRuns)
    .action((runs: string[], _: object, command: Command) => remove(runs, command.optsWithGlobals()))
  queue
    .command('move')
    .description('move a queued run')
    .argument(...oneRun)
    .argument('<position>', '1 for the first', wholeNumberFrom(1))
    // eslint-disable-next-line max-params -- commander passes one argument each
    .action((run: string, position: number, _: object, command: Command) =>
      move(run, position, command.optsWithGlobals<Options>()),
    )
  queue
    .command('run')
    .description(
      'train the queued runs, here (of several GPUs on each one) and on their targets, until none is left; waits while the app or another command trains here',
    )
    .action((_: object, command: Command) => run(command.optsWithGlobals()))
}

/** A time of this day or, where that has passed, of the next; or a date with a time. In ms since 1970. */
function timeOfDay(text: string): number {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? []
  if (hours === undefined || minutes === undefined) {
    const at = /^\d{4}-\d{2}-\d{2}T/.test(text) ? new Date(text).getTime() : NaN
    if (Number.isNaN(at)) throw invalidArgument(errorText('cli.writeTime'))
    return at
  }
  if (Number(hours) > 23 || Number(minutes) > 59) throw invalidArgument(errorText('cli.noSuchTime'))
  const at = new Date()
  at.setHours(Number(hours), Number(minutes), 0, 0)
  if (at.getTime() <= Date.now()) at.setDate(at.getDate() + 1)
  return at.getTime()
}

/** Says the queue line by line, and answers it. */
function report(workspace: Workspace, json: boolean): void {
  const { store } = workspace
  const { entries, held, heldTargets } = new QueuedRuns(workspace).state()
  if (entries.length === 0) say('The queue is empty. Add a run with: flowerbed queue add RUN')
  // Only what waits for its time or for another run has a start that is known here.
  const live = store.runs.live().filter((id) => !store.launches.isOpen(id))
  const busy = live.map((id): Lane => ({ busySeconds: null, live: id }))
  const devices = Math.max(1, usableGpusHere().length)
  const free = Array<Lane>(Math.max(0, devices - busy.length)).fill({ busySeconds: 0, live: null })
  const lanes = new Map<string | null, Lane[]>([[null, [...busy, ...free]]])
  for (const { target, runId } of store.launches.open())
    lanes.set(target, [{ busySeconds: null, live: runId }])
  const starts = expectedStarts(entries, { now: Date.now(), lanes })
  const nameOf = (id: string) => store.runs.get(id).name
  const lines = entries.map((entry, i) => {
    const { runId, startAt, after, seconds, target, reason } = entry
    const { name, datasetName, deviceChoice } = store.runs.get(runId)
    const gpu = chosenGpu(deviceChoice)
    const start = starts.get(runId) ?? null
    const parts = [
      `${i + 1}. ${runId}  ${name} on ${datasetName}`,
      ...(target === null ? [] : [`trained on ${target}`]),
      ...(gpu === null ? [] : [`on GPU ${gpu}`]),
      ...(seconds === null ? [] : [`about ${duration(seconds)}`]),
      ...(startAt === null ? [] : [`not before ${new Date(startAt).toLocaleString()}`]),
      ...(after === null ? [] : [`after “${nameOf(after)}”`]),
      ...(reason === null ? [] : [reason]),
    ]
    say(parts.join(' · '))
    const times = { startAt, after, seconds, expectedStart: start }
    return { run: runId, name, dataset: datasetName, device: deviceChoice, target, reason, ...times }
  })
  if (held) say('The queue is on hold, since a run was paused in the app.')
  for (const name of heldTargets) say(`The queue of ${name} is on hold, since a run was paused there.`)
  answer(json, { queue: lines, held, heldTargets })
}

async function list({ dataDir, json = false }: Options): Promise<void> {
  await withWorkspace({ dataDir }, (workspace) => {
    report(workspace, json)
    return Promise.resolve()
  })
}

/** Changes the queue, then says it. */
async function change(
  { dataDir, json = false }: Options,
  work: (queued: QueuedRuns, find: (query: string) => RunRecord) => void,
): Promise<void> {
  await withWorkspace({ dataDir, writes: true }, (workspace) => {
    work(new QueuedRuns(workspace), (query) => workspace.runService.find(query))
    report(workspace, json)
    return Promise.resolve()
  })
}

async function add(queries: string[], options: AddOptions): Promise<void> {
  const { at: startAt = null, after, checkpoint, first = false } = options
  await change(options, (queued, find) => {
    const ids = queries.map((query) => find(query).id)
    const condition = { startAt, after: after === undefined ? null : find(after).id }
    const isQueued = new Set(queued.waiting())
    const target = targetIn(options)
    if (target !== undefined) for (const id of ids) queued.checkTarget(id, target)
    queued.add(ids, { ...condition, front: first, ...(checkpoint === undefined ? {} : { checkpoint }) })
    if (target !== undefined) for (const id of ids) queued.setTarget(id, target)
    // What was queued before keeps its condition unless another is given.
    const isGiven = startAt !== null || after !== undefined
    for (const id of ids) if (isGiven && isQueued.has(id)) queued.schedule(id, condition)
  })
}

async function remove(queries: string[], options: Options): Promise<void> {
  await change(options, (queued, find) => queued.remove(queries.map((query) => find(query).id)))
}

async function move(query: string, position: number, options: Options): Promise<void> {
  await change(options, (queued, find) => queued.move(find(query).id, position - 1))
}

async function run({ dataDir, json = false }: Options): Promise<void> {
  const follow = followTraining()
  await withWorkspace({ dataDir, writes: true, onEvent: follow.onEvent }, async (workspace) => {
    const { ended, failures } = await trainQueue(workspace).finally(follow.end)
    if (ended.length + failures.length === 0) say('The queue is empty.')
    answer(json, { runs: ended.map(trainAnswer), failed: failures.length })
    if (failures.length > 0) throw failures[0]
  })
}
