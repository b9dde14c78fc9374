import { app } from 'electron'
import type { AppEvent } from '#shared/ipc.ts'
import type { Guard } from '../guard.ts'
import { pathsAmong } from './arguments.ts'

/** Hands the window the files and folders that the app is started or asked to open with. */
export class PathOpener {
  private readonly emit: (event: AppEvent) => void
  private readonly entry: string
  private readonly showWindow: () => void

  /** @param options.entry path of the app's main file, which stands among the arguments of a start */
  constructor(options: { emit: (event: AppEvent) => void; entry: string; showWindow: () => void }) {
    this.emit = options.emit
    this.entry = options.entry
    this.showWindow = options.showWindow
  }

  open(paths: string[]): void {
    if (paths.length > 0) this.emit({ type: 'command', command: { name: 'open', paths } })
  }

  openArguments(argv: string[], directory: string): void {
    this.open(pathsAmong(argv, { directory, app: [app.getAppPath(), this.entry] }))
  }

  /** Of a second start, which shows the window of this one, and of the system's file manager. */
  listen(guard: Guard): void {
    app.on(
      'second-instance',
      guard.wrap('second start', (_: unknown, argv: string[], directory: string) => {
        this.showWindow()
        this.openArguments(argv, directory)
      }),
    )
    app.on(
      'open-file',
      guard.wrap('opening a file', (event: { preventDefault: () => void }, path: string) => {
        event.preventDefault()
        this.open([path])
      }),
    )
  }
}
