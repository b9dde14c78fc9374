import { app, BrowserWindow, dialog, shell } from 'electron'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EngineEvent } from '#contract/engine.ts'
import { toFlowerbedError } from '#contract/errors.ts'
import { pathsAmong, switchValue } from './app/arguments.ts'
import { Attention } from './app/attention.ts'
import { setMenu } from './app/menu.ts'
import { registerScheme, serveApp } from './app/protocol.ts'
import { quitSafely } from './app/quit.ts'
import { isDevelopment, isOurs, lockDown } from './app/security.ts'
import { appSettings } from './app/settings.ts'
import { openWindow } from './app/window.ts'
import { EngineHost } from './engine-host/engine-host.ts'
import { hostImporter } from './engine-host/importer-host.ts'
import { EventPorts } from './ipc/events.ts'
import { allRoutes } from './ipc/routes.ts'
import { routeRequests } from './ipc/router.ts'
import { createLogger, logToFile } from './log.ts'
import { ExperimentQueue } from './runs/experiment-queue.ts'
import { Redrawer } from './runs/redrawer.ts'
import { RunKeeper } from './runs/run-keeper.ts'
import { TrainingDesk } from './runs/training-desk.ts'
import { dataDirectory } from './store/data-directory.ts'
import { openStore } from './store/store.ts'

const log = createLogger('main')
const directory = dataDirectory(switchValue(process.argv, 'data-dir'))
app.setName('Flowerbed')
app.setPath('userData', directory)
registerScheme()

const events = new EventPorts()
const openPaths = (paths: string[]) => {
  if (paths.length > 0) events.emit({ type: 'command', command: { name: 'open', paths } })
}
const pathsOf = (argv: string[], from: string) =>
  pathsAmong(argv, { directory: from, app: [app.getAppPath(), join(import.meta.dirname, 'index.js')] })

// Not awaited: Electron is ready only after this module has been read.
void haveTheFolderAlone().then((alone) => {
  if (alone) begin()
  else app.quit()
})

/** One app at a time on a data folder. A restart by `npm run dev` waits for the app before it, which may still be saving. */
async function haveTheFolderAlone(): Promise<boolean> {
  const tries = isDevelopment ? 100 : 1
  for (let done = 0; done < tries; done++) {
    if (done > 0) await sleep(200)
    if (app.requestSingleInstanceLock()) return true
  }
  return false
}

function begin(): void {
  app.on('second-instance', (_, argv, from) => {
    const [window] = BrowserWindow.getAllWindows()
    if (window?.isMinimized()) window.restore()
    window?.focus()
    openPaths(pathsOf(argv, from))
  })
  app.on('open-file', (event, path) => {
    event.preventDefault()
    openPaths([path])
  })
  app.on('window-all-closed', () => app.quit())
  app.whenReady().then(start).catch(refuse)
}

/** Puts the parts together. */
function start(): void {
  const store = openStore(directory)
  logToFile(join(directory, 'logs', 'app.log'))
  log.info(`Flowerbed on Electron ${process.versions.electron}, data in ${directory}`)
  lockDown()
  serveApp({ rendererDirectory: join(import.meta.dirname, '../renderer'), dataDirectory: directory })

  let window: BrowserWindow | null = null
  const attention = new Attention(() => window)
  const keeper = new RunKeeper(
    store,
    (run) => {
      events.emit({ type: 'run', run })
      if (desk.running?.id === run.id) attention.show(run)
    },
    (runId) => events.emit({ type: 'checkpoints', runId }),
  )
  const engine = new EngineHost({
    name: 'engine',
    onEvent: heard,
    onState: (state, memoryBytes) => events.emit({ type: 'engine', state, memoryBytes }),
    onSilence: () =>
      events.emit({
        type: 'notice',
        level: 'warning',
        message: 'The engine has not answered for two minutes.',
        hint: 'Very large settings can take that long. If it stays silent, quit and choose a smaller width.',
      }),
  })
  const desk = new TrainingDesk({
    keeper,
    engine: {
      train: (request) => engine.request('train', request),
      pause: (runId) => engine.request('pause', { runId }),
      stop: (runId, save) => engine.request('stop', { runId, save }),
      extend: (runId, { steps, epochs, minutes }) =>
        engine.request('extend', { runId, limits: { steps, epochs, minutes } }),
      end: () => engine.end(),
    },
    notify: (notice) => events.emit({ type: 'notice', ...notice }),
    ended: (run) => attention.announce(run),
    idle: () => attention.show(null),
  })
  const redrawer = new Redrawer({
    store,
    keeper,
    encode: (request) => engine.request('encode', request),
    told: (redrawn) => events.emit({ type: 'redrawn', redrawn }),
  })
  const experiments = new ExperimentQueue({
    store,
    keeper,
    desk,
    redraw: ({ id }) => redrawer.redraw(id),
    endEngine: () => engine.end(),
    changed: (experiment) => events.emit({ type: 'experiment', experiment }),
  })
  const installer = new EngineHost({ name: 'installer', onEvent: heard })
  const importer = hostImporter((event) =>
    events.emit({ type: 'import', job: event.job, progress: event.progress }),
  )

  function heard(event: EngineEvent): void {
    keeper.record(event)
    if (event.type === 'metrics' || event.type === 'progress' || event.type === 'install') events.emit(event)
    else if (event.type === 'sample' || event.type === 'diagnostics' || event.type === 'drawing')
      events.emit(event)
    else if (event.type === 'warning') {
      const { runId, message } = event
      events.emit({ type: 'notice', level: 'warning', message, runId })
    }
  }

  const settings = appSettings(store)
  const services = {
    ...{ store, keeper, desk, experiments, redrawer },
    ...{ engine, installer, importer, settings, emit: events.emit },
  }
  events.listen(isOurs)
  routeRequests({ routes: allRoutes(services), isOurs })
  setMenu({
    send: (command) => events.emit({ type: 'command', command }),
    chooseFolder: () =>
      void dialog
        .showOpenDialog({ properties: ['openDirectory', 'multiSelections'] })
        .then(({ filePaths }) => openPaths(filePaths)),
    revealData: () => void shell.openPath(directory),
  })
  for (const run of keeper.markInterrupted()) log.warn(`“${run.name}” (${run.id}) was interrupted`)

  window = openWindow(store)
  openPaths(pathsOf(process.argv, process.cwd()))
  quitSafely({
    window,
    desk,
    experiments,
    shutDown: async () => {
      importer.dispose()
      await Promise.all([engine.end(), installer.end()])
    },
  })
  window.on('closed', () => {
    window = null
    store.close()
  })
}

/** Without its data folder there is nothing to show: says why, and ends. */
function refuse(thrown: unknown): void {
  const { message, where, hint } = toFlowerbedError(thrown)
  log.error(message, thrown)
  process.stderr.write(`flowerbed: ${[message, where, hint].filter(Boolean).join(' ')}\n`)
  dialog.showErrorBox('Flowerbed cannot start', [message, where, hint].filter(Boolean).join('\n\n'))
  app.exit(1)
}
