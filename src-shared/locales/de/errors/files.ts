import type { ErrorEntries } from '../../en/errors/entries.ts'

export const filesErrors = {
  'files.dataFolderNotWritable': {
    message: 'In den Datenordner {folder} kann nicht geschrieben werden',
    hint: 'Mit --data-dir oder FLOWERBED_DATA_DIR einen beschreibbaren Ordner wählen.',
  },
  'files.noRoomForDataFolder': {
    message: 'Das Laufwerk ist zu voll, um den Datenordner anzulegen.',
    hint: 'Auf diesem Laufwerk Platz schaffen oder mit --data-dir einen anderen Ordner wählen.',
  },
  'files.dataFolderNotMade': {
    message: 'Der Datenordner kann nicht angelegt werden.',
    hint: 'Mit --data-dir einen beschreibbaren Ordner wählen.',
  },
  'files.savingCancelled': { message: 'Das Speichern wurde abgebrochen.' },
  'files.videoTooLarge': {
    message: 'Ein Video von {width} × {height} Pixeln ist größer, als Player anzeigen.',
    hint: 'Eine kleinere Größe wählen oder als WebP speichern.',
  },
  'files.folderExists': {
    message: 'Diesen Ordner gibt es schon, und nichts wird überschrieben.',
    hint: 'Einen neuen Ordner angeben.',
  },
  'files.notADataset': { message: 'Dieser Ordner gehört nicht zu den Datensätzen des Datenordners.' },
  'files.notAmongDatasets': {
    message: 'sein Ordner gehört nicht zu den Datensätzen dieses Datenordners',
  },
  'files.cancelled': { message: 'Abgebrochen' },
  'files.outside': {
    message: 'Dies liegt außerhalb des Datenordners und wird daher nicht gelöscht.',
    hint: 'Nichts wurde entfernt. Zum Löschen den Dateimanager verwenden.',
  },
  'files.resourcesMissing': {
    message: 'Der Ordner resources/{folder} fehlt.',
    hint: 'Flowerbed erneut installieren.',
  },
  'files.folderEmpty': { message: 'In diesem Ordner ist noch nichts.' },
  'files.folderNotShown': { message: 'Der Ordner kann nicht angezeigt werden.' },
  'files.fileExists': {
    message: 'Eine Datei dieses Namens gibt es schon; sie wurde nicht überschrieben.',
    hint: 'Einen anderen Namen wählen.',
  },
  'files.notSavedHere': { message: 'Dies wurde nicht von hier gespeichert.' },
  'write.fileInTheWay': {
    message: 'Wo ein Ordner nötig ist, liegt eine Datei.',
    hint: 'Einen anderen Ordner wählen oder die Datei verschieben.',
  },
  'write.folderInTheWay': {
    message: 'Wo eine Datei nötig ist, liegt ein Ordner.',
    hint: 'Den Namen einer Datei anhängen.',
  },
  'write.notAllowed': {
    message: 'Hier fehlt die Berechtigung zum Schreiben.',
    hint: 'Einen beschreibbaren Ordner wählen.',
  },
  'write.readOnly': {
    message: 'Dieses Laufwerk ist schreibgeschützt.',
    hint: 'Einen beschreibbaren Ordner wählen.',
  },
  'write.noSpace': {
    message: 'Zum Schreiben ist hier kein Platz mehr.',
    hint: 'Platz schaffen oder einen Ordner auf einem anderen Laufwerk wählen. Es blieb keine unvollständige Datei zurück.',
  },
  'write.nameTooLong': { message: 'Dieser Name ist zu lang.', hint: 'Einen kürzeren wählen.' },
  'write.linkLoop': {
    message: 'Diese Verknüpfung führt zu sich selbst.',
    hint: 'Einen anderen Pfad wählen.',
  },
  'write.noSuchPath': { message: 'Diesen Pfad gibt es nicht.', hint: 'Einen anderen Pfad wählen.' },
  'write.failed': {
    message: 'Dies kann nicht geschrieben werden ({code}).',
    hint: 'Einen anderen Pfad wählen.',
  },
} as const satisfies ErrorEntries
