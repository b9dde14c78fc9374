/** The native menu and the tray; the pages' titles are those of the window. */
export const menuTexts = {
  'menu.file': 'File',
  'menu.go': 'Go',
  'menu.view': 'View',
  'menu.settings': 'Settings…',
  'menu.importFolder': 'Import folder…',
  'menu.showData': 'Show data folder',
  'menu.toggleTraining': 'Pause or resume training',
  'menu.shortcuts': 'Keyboard shortcuts',
  'tray.training': '“{name}” is training: {percent} %',
  'tray.idle': 'Nothing is training',
  'tray.tip': 'Flowerbed: {status}',
  'tray.open': 'Open Flowerbed',
  'tray.pause': 'Pause training',
  'tray.quit': 'Quit',
} as const
