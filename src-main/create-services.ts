import { desktopText } from '#shared/desktop-text.ts'
import { isLive } from '#shared/run-status.ts'
import { toFlowerbedError } from '#shared/errors.ts'
import type { EngineEvent } from '#shared/engine-messages.ts'
import type { AppEvent, Notice } from '#shared/ipc.ts'
import type { RemoteState } from '#shared/remote/remote-state.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { EngineEvents } from './app/engine-events.ts'
import { GpuDevices } from './app/gpu-devices.ts'
import { forwardToWindow, runControl } from './app/run-control.ts'
import { appSettings } from './app/settings.ts'
import { trainingEngine } from './training-engine.ts'
import type { TaskbarStatus } from './app/taskbar-status.ts'
import type { Store } from './database/store.ts'
import type { Guard } from './guard.ts'
import { createLogger } from './log.ts'
import { chosenImages } from './ipc/chosen-images.ts'
import type { Services } from './ipc/services.ts'
import { startAppImporter } from './processes/app-importer.ts'
import { EngineProcesses, environmentOf } from './processes/engine-processes.ts'
import { EngineSupervisor } from './processes/engine.ts'
import { startUtilityProcess } from './processes/utility-process.ts'
import { ConnectedTargets } from './remote/connected-targets.ts'
import { RemoteRuns } from './remote/remote-runs.ts'
import { TargetQueue } from './remote/target-queue.ts'
import { DeviceTurns } from './runs/device-turns.ts'
import { Evaluations } from './runs/evaluations.ts'
import { WeightAverages } from './runs/weight-averages.ts'
import { ExperimentService } from './runs/experiment-service.ts'
import { PendingDeletions } from './runs/pending-deletions.ts'
import { PinnedPairs } from './runs/pinned-pairs.ts'
import { QueuedRuns } from './runs/queued-runs.ts'
import { Reconstructor } from './runs/reconstructions.ts'
import { RunQueue } from './runs/run-queue.ts'
import { RunService } from './runs/run-service.ts'
import { TrainingQueue } from './runs/training-queue.ts'
import { TrainingQueues } from './runs/training-queues.ts'

const log = createLogger('targets')

/** Makes the app's services and connects them to one another and to the window. */
export function createServices(options: {
  store: Store
  guard: Guard
  taskbar: TaskbarStatus
  emit: (event: AppEvent) => void
}): Services {
  const { store, guard, taskbar, emit } = options
  const settings = appSettings(store)
  const notify = (notice: Notice) => emit({ type: 'notice', ...notice })

  const devices = new GpuDevices({
    readGpus: () => installer.request('usableGpus', undefined),
    onChange: () => runQueue.changed(),
  })
  const turns = new DeviceTurns({
    devices: () => devices.list,
    trainedElsewhere: () => runService.trainedElsewhere(),
    known: () => devices.known(),
  })
  const engine = new EngineProcesses({
    devices: () => devices.list,
    known: () => devices.known(),
    deviceOf: (runId) => turns.deviceOf(runId),
    onState: (state, memoryBytes) => emit({ type: 'engine', state, memoryBytes }),
    make: (device, onState) =>
      new EngineSupervisor({
        name: 'engine',
        start: () => startUtilityProcess({ module: 'engine.js', name: 'engine', env: environmentOf(device) }),
        guard,
        onEvent: (event) => history.onEngineEvent(event),
        onState,
        onSilence: () =>
          notify({
            level: 'warning',
            message: desktopText('notice.engineSilent'),
            hint: desktopText('notice.engineSilentHint'),
          }),
      }),
  })
  const installer = new EngineSupervisor({
    name: 'installer',
    start: () => startUtilityProcess({ module: 'engine.js', name: 'installer' }),
    guard,
    onEvent: (event) => history.onEngineEvent(event),
  })
  const importer = startAppImporter((event) => {
    if (event.type === 'saving') emit({ type: 'sampling', job: event.job, share: event.share })
    else emit({ type: 'import', job: event.job, progress: event.progress })
  })

  const runService = new RunService(store, {
    run: guard.wrap('window', (run: RunRecord) => {
      emit({ type: 'run', run })
      if (trainingQueues.trains(run.id)) showTraining()
    }),
    checkpoints: guard.wrap('window', (runId: string) => emit({ type: 'checkpoints', runId })),
    deleted: (runId) => clearDeleted(runId),
    warning: (runId, message) => notify({ level: 'warning', message, runId }),
  })
  const showTraining = () => taskbar.show(trainingQueues.records)
  const trainingQueues: TrainingQueues = new TrainingQueues((device) => {
    const own = engine.of(device)
    return new TrainingQueue({
      runService,
      engine: trainingEngine({ ...{ store, engine: own, settings }, emit }),
      notify,
      onEnd: guard.wrap('training', (run: RunRecord) => {
        // How it ended could not be written.
        if (isLive(run)) history.settle(run.id)
        taskbar.announce(run)
      }),
      onIdle: guard.wrap('training', showTraining),
    })
  })
  const targets = new ConnectedTargets({ store })
  const remoteRuns = new RemoteRuns({
    ...{ store, runService, notify, access: targets },
    onEvent: guard.wrap('window', (event: EngineEvent) => forwardToWindow(event, emit)),
    onState: guard.wrap('window', (state: RemoteState) => emit({ type: 'remote', state })),
    onEnd: guard.wrap('training', (run: RunRecord) => taskbar.announce(run)),
    onIdle: () => targetQueue.wake(),
  })
  const queued = new QueuedRuns({ store, runService })
  const targetQueue: TargetQueue = new TargetQueue({
    ...{ store, queued, runService, remoteRuns, access: targets },
    checkReady: () => history.checkComplete(),
    onChange: () => runQueue.changed(),
  })
  /** Of a run on targets that are not reached now, the folders there are deleted at the next connection. */
  const clearDeleted = (runId: string) => {
    const { signal } = new AbortController()
    for (const { target } of store.folders.left().filter((left) => left.runId === runId))
      targets.clearDeleted(target, { signal }).catch((thrown: unknown) => {
        log.info(`${target}: ${toFlowerbedError(thrown).message}`)
      })
  }
  const reconstructor = new Reconstructor({
    store,
    runService,
    encode: (request) => engine.request('encode', request),
    onReconstruction: (reconstruction) => emit({ type: 'reconstruction', reconstruction }),
  })
  const evaluations = new Evaluations({
    ...{ store, runService },
    evaluate: (request) => engine.request('evaluate', request),
  })
  const averages = new WeightAverages({
    ...{ store, runService },
    average: (request) => engine.request('average', request),
  })
  const pinnedPairs = new PinnedPairs({
    isHidden: (pair) => deletions.hides(pair),
    ...{ store, runService, sourceOf: chosenImages({ store, importer }).sourceOf },
    interpolate: (request) => engine.request('interpolate', request),
    onRow: (row) => emit({ type: 'pinnedRow', row }),
  })
  const runQueue = new RunQueue({
    ...{ queued, runService, trainingQueues, turns, notify, elsewhere: targetQueue },
    finish: async (run) => {
      if (run.experimentId !== null) await reconstructor.reconstruct(run.id)
    },
    endFinish: (device) => engine.of(device).end(),
    checkReady: () => history.checkComplete(),
    onChange: guard.wrap('window', () => {
      emit({ type: 'queue', queue: runQueue.state() })
      experiments.report()
    }),
  })
  const experiments = new ExperimentService({
    ...{ store, runService, runQueue },
    onChange: (experiment) => {
      if (!deletions.hides(experiment.id)) emit({ type: 'experiment', experiment })
    },
  })
  const deletions = new PendingDeletions({ watch: (done) => guard.watch('deleting', done) })
  const history = new EngineEvents({
    runs: runControl({ store, runService, trainingQueues, runQueue, emit }),
    guard,
    notify,
    forward: (event) => {
      forwardToWindow(event, emit)
      pinnedPairs.onEngineEvent(event)
    },
  })
  return {
    ...{
      store,
      runService,
      trainingQueues,
      runQueue,
      remoteRuns,
      targetQueue,
      targets,
      experiments,
      reconstructor,
      evaluations,
      averages,
      history,
      pinnedPairs,
    },
    ...{ devices, engine, installer, importer, settings, emit, deletions },
  }
}
