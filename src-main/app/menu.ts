import { app, Menu } from 'electron'
import type { MenuItemConstructorOptions } from 'electron'
import { desktopText } from '#shared/desktop-text.ts'
import type { AppCommand, Page } from '#shared/ipc.ts'
import { en } from '#shared/locales/en/index.ts'
import type { Guard } from '../guard.ts'

/** In the order of the window's list of pages. */
const pages = ['library', 'run', 'gallery', 'interpolation', 'queue'] satisfies Page[]

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
    label: desktopText('menu.settings'),
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
      label: desktopText('menu.file'),
      submenu: [
        { label: desktopText('menu.importFolder'), accelerator: 'CmdOrCtrl+O', click: chooseFolder },
        { label: desktopText('menu.showData'), click: revealData },
        ...(mac ? [] : [{ type: 'separator' as const }, settings, { role: 'quit' as const }]),
      ],
    },
    { role: 'editMenu' },
    {
      label: desktopText('menu.go'),
      submenu: [
        ...pages.map((page, i) => ({
          label: en.app.pages[page],
          accelerator: `CmdOrCtrl+${i + 1}`,
          click: () => send({ name: 'go', page }),
        })),
        { type: 'separator' },
        { label: desktopText('menu.toggleTraining'), click: () => send({ name: 'toggleTraining' }) },
      ],
    },
    {
      label: desktopText('menu.view'),
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
      submenu: [{ label: desktopText('menu.shortcuts'), click: () => send({ name: 'showShortcuts' }) }],
    },
  ]
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}
