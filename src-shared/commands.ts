/** A command of the window: native menu, shortcuts, the list of shortcuts and the command palette follow from it. */
export interface Command {
  /** As Electron writes it. */
  accelerator?: `CmdOrCtrl+${string}`
  /** A key that does the same where no text is edited, as `KeyboardEvent.key` in lower case. */
  key?: string
  /** The native menu that lists it; Settings is added by `setMenu`, where each system expects it. */
  menu?: 'file' | 'go' | 'help'
}

/** The prefix that stands for the key of shortcuts on each system. */
export const acceleratorPrefix = 'CmdOrCtrl+'

/** Commands that open the page of their name, in the order of the navigation rail. */
export const pageCommands = {
  library: { accelerator: 'CmdOrCtrl+1', menu: 'go' },
  run: { accelerator: 'CmdOrCtrl+2', key: 'r', menu: 'go' },
  gallery: { accelerator: 'CmdOrCtrl+3', key: 'g', menu: 'go' },
  interpolation: { accelerator: 'CmdOrCtrl+4', key: 'l', menu: 'go' },
  compare: { accelerator: 'CmdOrCtrl+5', menu: 'go' },
  queue: { accelerator: 'CmdOrCtrl+6', menu: 'go' },
  storage: {},
  settings: { accelerator: 'CmdOrCtrl+,' },
} as const satisfies Record<string, Command>

export const actionCommands = {
  newRun: { accelerator: 'CmdOrCtrl+N', menu: 'file' },
  importFolder: { accelerator: 'CmdOrCtrl+O', menu: 'file' },
  showData: { menu: 'file' },
  toggleTraining: { key: ' ', menu: 'go' },
  themeSystem: {},
  themeLight: {},
  themeDark: {},
  showCommands: { accelerator: 'CmdOrCtrl+K', menu: 'go' },
  showShortcuts: { key: '?', menu: 'help' },
  startTour: { menu: 'help' },
} as const satisfies Record<string, Command>

export type PageCommand = keyof typeof pageCommands
export type ActionCommand = keyof typeof actionCommands
export type CommandId = PageCommand | ActionCommand

export const commands: Record<CommandId, Command> = { ...pageCommands, ...actionCommands }
export const commandIds = Object.keys(commands) as CommandId[]

export const isPageCommand = (id: CommandId): id is PageCommand => Object.hasOwn(pageCommands, id)
