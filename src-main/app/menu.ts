import { app, Menu } from 'electron'
import type { MenuItemConstructorOptions } from 'electron'
import type { AppCommand, Page } from '#shared/ipc.ts'
import type { Guard } from '../guard.ts'

const pageTitles: [Page, string][] = [
  ['library', 'Library'],
  ['run', 'Run'],
  ['gallery', 'Gallery'],
  ['interpolation', 'Interpolation'],
  ['compare', 'Compare'],
  ['queue', 'Queue'],
]

/** The native menu; what concerns the window is sent to it as a command. */
export function setMenu(options: {
  guard: Guard
  send: (command: AppCommand) => void
  chooseFolder: () => Promise<void>
  revealData: () => Promise<unknown>
}): void {
  const { guard } = options
  const send = guard.wrap('menu', options.send)
  const chooseFolder = guard.wrap('menu', () => options.chooseFolder())
  const revealData = guard.wrap('menu', () => options.revealData())
  const mac = process.platform === 'darwin'
  const settings: MenuItemConstructorOptions = {
    label: 'Settings…',
    accelerator: 'CmdOrCtrl+,',
    click: () => send({ name: 'go', page: 'settings' }),
  }
  const template: MenuItemConstructorOptions[] = [
    ...(mac
      ? [
          {
            label: app.name,
            submenu: [
              { role: 'about' as const },
              settings,
              { type: 'separator' as const },
              { role: 'hide' as const },
              { role: 'quit' as const },
            ],
          },
        ]
      : []),
    {
      label: 'File',
      submenu: [
        { label: 'Import folder…', accelerator: 'CmdOrCtrl+O', click: chooseFolder },
        { label: 'Show data folder', click: revealData },
        ...(mac ? [] : [{ type: 'separator' as const }, settings, { role: 'quit' as const }]),
      ],
    },
    { role: 'editMenu' },
    {
      label: 'Go',
      submenu: [
        ...pageTitles.map(([page, label], i) => ({
          label,
          accelerator: `CmdOrCtrl+${i + 1}`,
          click: () => send({ name: 'go', page }),
        })),
        { type: 'separator' },
        { label: 'Pause or resume training', click: () => send({ name: 'toggleTraining' }) },
      ],
    },
    {
      label: 'View',
      submenu: [
        { role: 'reload' },
        { role: 'toggleDevTools' },
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
      ],
    },
    {
      role: 'help',
      submenu: [{ label: 'Keyboard shortcuts', click: () => send({ name: 'showShortcuts' }) }],
    },
  ]
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}
