import { app, Menu } from 'electron'
import type { MenuItemConstructorOptions } from 'electron'
import { commandIds, commands, isPageCommand } from '#shared/commands.ts'
import type { Command, CommandId } from '#shared/commands.ts'
import { desktopText } from '#shared/desktop-text.ts'
import type { AppCommand } from '#shared/ipc.ts'
import { language } from '#shared/language.ts'
import { catalogues } from '#shared/locales/index.ts'
import type { Guard } from '../guard.ts'

function titleOf(id: CommandId): string {
  const { pages, commands: actions } = catalogues[language()].app
  return isPageCommand(id) ? pages[id] : actions[id]
}

/** What Electron does by itself. */
type MenuRole =
  | ('quit' | 'undo' | 'redo' | 'cut' | 'copy' | 'paste' | 'delete' | 'selectAll')
  | ('reload' | 'toggleDevTools' | 'resetZoom' | 'zoomIn' | 'zoomOut' | 'togglefullscreen')

/** The native menu; its commands are sent to the window but for those that need none. */
export function setMenu(options: {
  guard: Guard
  send: (command: AppCommand) => void
  /** Commands that work without a window. */
  own: Partial<Record<CommandId, () => Promise<unknown>>>
}): void {
  const { guard, own } = options
  const itemOf = (id: CommandId): MenuItemConstructorOptions => {
    const { accelerator } = commands[id]
    return {
      label: titleOf(id),
      ...(accelerator === undefined ? {} : { accelerator }),
      click: guard.wrap('menu', () => own[id]?.() ?? options.send({ name: 'do', command: id })),
    }
  }
  const items = (menu: Command['menu']) => commandIds.filter((id) => commands[id].menu === menu).map(itemOf)
  const separator: MenuItemConstructorOptions = { type: 'separator' }
  // Electron has labels of roles in English only, except for macOS.
  const role = (name: MenuRole): MenuItemConstructorOptions => ({
    role: name,
    label: desktopText(`menu.${name}`),
  })
  const mac = process.platform === 'darwin'
  const settings: MenuItemConstructorOptions = {
    ...itemOf('settings'),
    label: desktopText('menu.settings', { title: titleOf('settings') }),
  }
  const template: MenuItemConstructorOptions[] = [
    ...(mac
      ? [
          {
            label: app.name,
            submenu: [
              { role: 'about' as const },
              settings,
              separator,
              { role: 'hide' as const },
              { role: 'quit' as const },
            ],
          },
        ]
      : []),
    {
      label: desktopText('menu.file'),
      submenu: [...items('file'), ...(mac ? [] : [separator, settings, role('quit')])],
    },
    mac
      ? { role: 'editMenu' }
      : {
          label: desktopText('menu.edit'),
          submenu: [
            ...[
              role('undo'),
              role('redo'),
              separator,
              role('cut'),
              role('copy'),
              role('paste'),
              role('delete'),
            ],
            ...[separator, role('selectAll')],
          ],
        },
    { label: desktopText('menu.go'), submenu: items('go') },
    {
      label: desktopText('menu.view'),
      submenu: [
        ...[role('reload'), role('toggleDevTools'), separator],
        ...[role('resetZoom'), role('zoomIn'), role('zoomOut'), role('togglefullscreen')],
      ],
    },
    { role: 'help', label: desktopText('menu.help'), submenu: items('help') },
  ]
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}
