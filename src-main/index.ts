import { app, dialog, shell } from 'electron'
import type { BrowserWindow } from 'electron'
import { join } from 'node:path'
import { desktopText } from '#shared/desktop-text.ts'
import { switchValue } from './app/arguments.ts'
import { watchInterruptedRuns } from './app/interrupted-runs.ts'
import { setMenu } from './app/menu.ts'
import { PathOpener } from './app/open-paths.ts'
import { registerScheme, serveApp } from './app/protocol.ts'
import { quitSafely } from './app/quit.ts'
import { hardenSession, isTrustedSender } from './app/security.ts'
import { acquireDataFolderLock, failStartup } from './app/startup.ts'
import { TaskbarStatus } from './app/taskbar-status.ts'
import { TrayStatus } from './app/tray.ts'
import { openWindow } from './app/window.ts'
import { createServices } from './create-services.ts'
import { openStore } from './database/store.ts'
import type { Store } from './database/store.ts'
import { dataDirectory } from './files/data-folder.ts'
import { createGuard } from './guard.ts'
import { EventPorts } from './ipc/events.ts'
import { createHandlers } from './ipc/handlers.ts'
import { routeRequests } from './ipc/router.ts'
import type { Services } from './ipc/services.ts'
import { createLogger, logToFile } from './log.ts'
import { recordFoundCheckpoints } from './runs/unrecorded-checkpoints.ts'

const log = createLogger('main')
const directory = dataDirectory(switchValue(process.argv, 'data-dir'))
app.setName('Flowerbed')
app.setPath('userData', directory)
registerScheme()

const events = new EventPorts()
const guard = createGuard({ notify: (notice) => events.emit({ type: 'notice', ...notice }), log })
guard.listenTo(process)
let window: BrowserWindow | null = null
let services: Services | null = null
const tray = new TrayStatus({
  window: () => window,
  guard,
  pause: async (runIds) => {
    for (const id of runIds) await services?.runQueue.pause(id)
  },
  quit: () => app.quit(),
})
const paths = new PathOpener({
  ...{ emit: events.emit, entry: join(import.meta.dirname, 'index.js') },
  showWindow: () => tray.showWindow(),
})

// Not awaited: Electron is ready only after this module has been read.
void acquireDataFolderLock()
  .then((isAcquired) => {
    if (isAcquired) begin()
    else app.quit()
  })
  .catch(failStartup)

function begin(): void {
  paths.listen(guard)
  // A click on the app in the Dock.
  app.on(
    'activate',
    guard.wrap('window', () => tray.showWindow()),
  )
  app.on('window-all-closed', () => app.quit())
  app.whenReady().then(start).catch(failStartup)
}

function start(): void {
  const store = openStore(directory)
  logToFile(join(directory, 'logs', 'app.log'))
  log.info(`Flowerbed on Electron ${process.versions.electron}, data in ${directory}`)
  hardenSession(guard)
  serveApp({ rendererDirectory: join(import.meta.dirname, '../renderer'), dataDirectory: directory })

  const taskbar = new TaskbarStatus({ window: () => window, guard, tray })
  const made = createServices({
    ...{ store, guard, taskbar },
    emit: (event) => {
      events.emit(event)
      // In another language perhaps.
      if (event.type === 'settings') showMenu()
    },
  })
  services = made
  events.listen(guard)
  routeRequests({ handlers: createHandlers(made), isTrustedSender })
  showMenu()

  const stopWatching = watchInterruptedRuns(made.runService, guard)
  guard.watch('checkpoints', recordFoundCheckpoints({ store, checkpoints: made.runService.checkpoints }))

  window = openWindow({ store, guard, quit: () => app.quit() })
  // Queued runs wait until it is known on what they can train.
  guard.watch(
    'queue',
    made.devices.known().then(() => {
      if (services) made.runQueue.open()
    }),
  )
  made.remoteRuns.open()
  paths.openArguments(process.argv, process.cwd())
  quitSafely({
    ...{ ...quitSteps(made), window, guard, tray },
    trainsClosed: () => made.settings.get().trainClosed,
  })
  window.on('closed', () => {
    window = null
  })
  app.on(
    'will-quit',
    guard.wrap('quitting', () => {
      stopWatching()
      tray.remove()
      close(made, store)
    }),
  )
}

function showMenu(): void {
  setMenu({
    guard,
    send: (command) => events.emit({ type: 'command', command }),
    own: {
      importFolder: async () => {
        const { filePaths } = await dialog.showOpenDialog({
          title: desktopText('choose.folders'),
          properties: ['openDirectory', 'multiSelections'],
        })
        paths.open(filePaths)
      },
      showData: () => shell.openPath(directory),
    },
  })
}

function quitSteps(services: Services) {
  const {
    store,
    trainingQueues,
    runQueue,
    remoteRuns,
    targets,
    importer,
    engine,
    installer,
    history,
    deletions,
  } = services
  return {
    trainingQueues,
    runQueue,
    elsewhere: () => remoteRuns.states().length,
    // Each write would wait ten seconds for a program that is writing the history.
    hurry: () => void store.database.pragma('busy_timeout = 1000'),
    shutDown: async () => {
      guard.wrap('import', () => importer.dispose())()
      await Promise.all([remoteRuns.close(), engine.dispose(), installer.dispose(), deletions.flush()])
      await targets.close()
      history.close()
    },
  }
}

function close({ runService }: Services, store: Store): void {
  guard.wrap('quitting', () => runService.dispose())()
  store.close()
}
