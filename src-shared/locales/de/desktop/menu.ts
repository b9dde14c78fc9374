/** The native menu and the tray; commands are named as in the window (`app.commands`). */
export const menuTexts = {
  'menu.file': 'Datei',
  'menu.go': 'Gehe zu',
  'menu.view': 'Ansicht',
  'menu.settings': '{title}…',
  'tray.training': '„{name}“ trainiert: {percent} %',
  'tray.idle': 'Kein Training läuft',
  'tray.tip': 'Flowerbed: {status}',
  'tray.open': 'Flowerbed öffnen',
  'tray.pause': 'Training anhalten',
  'tray.quit': 'Beenden',
} as const
