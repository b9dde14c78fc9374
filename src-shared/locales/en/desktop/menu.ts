/** The native menu and the tray; commands are named as in the window (`app.commands`). */
export const menuTexts = {
  'menu.file': 'File',
  'menu.go': 'Go',
  'menu.view': 'View',
  'menu.settings': '{title}…',
  'tray.training': '“{name}” is training: {percent} %',
  'tray.idle': 'Nothing is training',
  'tray.tip': 'Flowerbed: {status}',
  'tray.open': 'Open Flowerbed',
  'tray.pause': 'Pause training',
  'tray.quit': 'Quit',
} as const
