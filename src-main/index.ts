import { app, BrowserWindow, dialog, shell } from 'electron'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { toFlowerbedError } from '#shared/errors.ts'
import { pathsAmong, switchValue } from './app/arguments.ts'
import { TaskbarStatus } from './app/taskbar-status.ts'
import { EngineEvents } from './app/engine-events.ts'
import { createGuard } from './guard.ts'
import type { Notice } from '#shared/ipc.ts'
import { setMenu } from './app/menu.ts'
import { registerScheme, serveApp } from './app/protocol.ts'
import { quitSafely } from './app/quit.ts'
import { isDevelopment, isTrustedSender, hardenSession } from './app/security.ts'
import { forwardToWindow, runControl } from './app/run-control.ts'
import { appSettings } from './app/settings.ts'
import { openWindow } from './app/window.ts'
import { EngineSupervisor } from './processes/engine.ts'
import { startAppImporter } from './processes/app-importer.ts'
import { startUtilityProcess } from './processes/utility-process.ts'
import { EventPorts } from './ipc/events.ts'
import { createHandlers } from './ipc/handlers.ts'
import { routeRequests } from './ipc/router.ts'
import { createLogger, logToFile } from './log.ts'
import { ExperimentQueue } from './runs/experiment-queue.ts'
import { Reconstructor } from './runs/reconstructions.ts'
import { isLive } from '#shared/run-status.ts'
import type { RunRecord } from '#shared/schemas/run.ts'
import { RunService } from './runs/run-service.ts'
import { TrainingQueue } from './runs/training-queue.ts'
import { recordFoundCheckpoints } from './runs/unrecorded-checkpoints.ts'
import { dataDirectory } from './files/data-folder.ts'
import { openStore } from './database/store.ts'

const log = createLogger('main')
/** How often runs of other processes are looked after. */
const sweepMs = 30_000
const directory = dataDirectory(switchValue(process.argv, 'data-dir'))
app.setName('Flowerbed')
app.setPath('userData', directory)
registerScheme()

const events = new EventPorts()
const notify = (notice: Notice) => events.emit({ type: 'notice', ...notice })
const guard = createGuard({ notify, log })
guard.listenTo(process)
const openPaths = (paths: string[]) => {
  if (paths.length > 0) events.emit({ type: 'command', command: { name: 'open', paths } })
}
const pathsOf = (argv: string[], from: string) =>
  pathsAmong(argv, { directory: from, app: [app.getAppPath(), join(import.meta.dirname, 'index.js')] })

// Not awaited: Electron is ready only after this module has been read.
void acquireDataFolderLock()
  .then((alone) => {
    if (alone) begin()
    else app.quit()
  })
  .catch(refuse)

/** One app at a time on a data folder. A restart by `npm run dev` waits for the app before it, which may still be saving. */
async function acquireDataFolderLock(): Promise<boolean> {
  const tries = isDevelopment ? 100 : 1
  for (let done = 0; done < tries; done++) {
    if (done > 0) await sleep(200)
    if (app.requestSingleInstanceLock()) return true
  }
  return false
}

function begin(): void {
  app.on(
    'second-instance',
    guard.wrap('second start', (_: unknown, argv: string[], from: string) => {
      const [window] = BrowserWindow.getAllWindows()
      if (window?.isMinimized()) window.restore()
      window?.focus()
      openPaths(pathsOf(argv, from))
    }),
  )
  app.on(
    'open-file',
    guard.wrap('opening a file', (event: { preventDefault: () => void }, path: string) => {
      event.preventDefault()
      openPaths([path])
    }),
  )
  app.on('window-all-closed', () => app.quit())
  app.whenReady().then(start).catch(refuse)
}

/** Puts the parts together. */
function start(): void {
  const store = openStore(directory)
  logToFile(join(directory, 'logs', 'app.log'))
  log.info(`Flowerbed on Electron ${process.versions.electron}, data in ${directory}`)
  hardenSession(guard)
  serveApp({ rendererDirectory: join(import.meta.dirname, '../renderer'), dataDirectory: directory })

  let window: BrowserWindow | null = null
  const attention = new TaskbarStatus({ window: () => window, guard })
  const runService = new RunService(store, {
    run: guard.wrap('window', (run: RunRecord) => {
      events.emit({ type: 'run', run })
      if (trainingQueue.running?.id === run.id) attention.show(run)
    }),
    checkpoints: guard.wrap('window', (runId: string) => events.emit({ type: 'checkpoints', runId })),
    warning: (runId, message) => notify({ level: 'warning', message, runId }),
  })
  const engine = new EngineSupervisor({
    name: 'engine',
    start: () => startUtilityProcess({ module: 'engine.js', name: 'engine' }),
    guard,
    onEvent: (event) => history.hear(event),
    onState: (state, memoryBytes) => events.emit({ type: 'engine', state, memoryBytes }),
    onSilence: () =>
      events.emit({
        type: 'notice',
        level: 'warning',
        message: 'The engine has not answered for two minutes.',
        hint: 'Very large settings can take that long. If it stays silent, quit and choose a smaller width.',
      }),
  })
  const trainingQueue = new TrainingQueue({
    runService,
    engine: {
      train: (request) => engine.request('train', request),
      pause: (runId) => engine.request('pause', { runId }),
      stop: (runId, save) => engine.request('stop', { runId, save }),
      extend: (runId, { steps, epochs, minutes }) =>
        engine.request('extend', { runId, limits: { steps, epochs, minutes } }),
      end: () => engine.end(),
    },
    notify,
    ended: guard.wrap('training', (run: RunRecord) => {
      // How it ended could not be written.
      if (isLive(run)) history.settle(run.id)
      attention.announce(run)
    }),
    idle: guard.wrap('training', () => attention.show(null)),
  })
  const reconstructor = new Reconstructor({
    store,
    runService,
    encode: (request) => engine.request('encode', request),
    told: (reconstruction) => events.emit({ type: 'reconstruction', reconstruction }),
  })
  const experiments = new ExperimentQueue({
    store,
    runService,
    trainingQueue,
    reconstruct: ({ id }) => reconstructor.reconstruct(id),
    endEngine: () => engine.end(),
    changed: (experiment) => events.emit({ type: 'experiment', experiment }),
  })
  const history = new EngineEvents({
    runs: runControl({ store, runService, trainingQueue, experiments, emit: events.emit }),
    guard,
    notify,
    forward: (event) => forwardToWindow(event, events.emit),
  })
  const installer = new EngineSupervisor({
    name: 'installer',
    start: () => startUtilityProcess({ module: 'engine.js', name: 'installer' }),
    guard,
    onEvent: (event) => history.hear(event),
  })
  const importer = startAppImporter((event) =>
    events.emit({ type: 'import', job: event.job, progress: event.progress }),
  )

  const settings = appSettings(store)
  const services = {
    ...{ store, runService, trainingQueue, experiments, reconstructor, history },
    ...{ engine, installer, importer, settings, emit: events.emit },
  }
  events.listen(guard)
  routeRequests({ handlers: createHandlers(services), isTrustedSender })
  setMenu({
    guard,
    send: (command) => events.emit({ type: 'command', command }),
    chooseFolder: async () => {
      const { filePaths } = await dialog.showOpenDialog({ properties: ['openDirectory', 'multiSelections'] })
      openPaths(filePaths)
    },
    revealData: () => shell.openPath(directory),
  })
  // A full disk must not keep the app from opening: room is made by deleting runs.
  const markInterrupted = guard.wrap('interrupted runs', () => {
    for (const run of runService.markInterrupted()) log.warn(`“${run.name}” (${run.id}) was interrupted`)
  })
  markInterrupted()
  // A run that the command line trains may end with its process at any time.
  const sweep = setInterval(markInterrupted, sweepMs)
  guard.watch('checkpoints', recordFoundCheckpoints({ store, checkpoints: runService.checkpoints }))

  window = openWindow({ store, guard, quit: () => app.quit() })
  openPaths(pathsOf(process.argv, process.cwd()))
  quitSafely({
    window,
    trainingQueue,
    experiments,
    guard,
    // Each write would wait ten seconds for a program that has the history in hand.
    hurry: () => void store.database.pragma('busy_timeout = 1000'),
    shutDown: async () => {
      guard.wrap('import', () => importer.dispose())()
      await Promise.all([engine.dispose(), installer.dispose()])
      history.close()
    },
  })
  window.on('closed', () => {
    window = null
  })
  app.on(
    'will-quit',
    guard.wrap('quitting', () => {
      clearInterval(sweep)
      guard.wrap('quitting', () => runService.dispose())()
      store.close()
    }),
  )
}

/** Without its data folder there is nothing to show: says why, and ends. */
function refuse(thrown: unknown): void {
  const { message, where, hint } = toFlowerbedError(thrown)
  log.error(message, thrown)
  process.stderr.write(`flowerbed: ${[message, where, hint].filter(Boolean).join(' ')}\n`)
  dialog.showErrorBox('Flowerbed cannot start', [message, where, hint].filter(Boolean).join('\n\n'))
  app.exit(1)
}
