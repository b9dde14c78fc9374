import type { ErrorEntries } from '../../en/errors/entries.ts'

const importAgain = 'Den Ordner erneut importieren; die Originalbilder, Läufe und Checkpoints sind sicher.'
const imageFormats = 'Einen Ordner mit Bildern in JPEG, PNG, WebP, GIF, AVIF, TIFF oder SVG wählen.'
const moreSpace = 'Platz schaffen, eine kleinere Bildgröße wählen oder einen anderen Datenordner verwenden.'

export const libraryErrors = {
  'dataset.gone': { message: 'Diese Bilder sind nicht mehr in der Bibliothek.' },
  'dataset.noImageAt': { message: 'Es gibt kein Bild {index}; vorhanden sind {count}.' },
  'dataset.packedGone': { message: 'Die importierten Bilder sind nicht mehr vorhanden.', hint: importAgain },
  'dataset.indexDamaged': {
    message: 'Der Index der importierten Bilder ist beschädigt.',
    hint: importAgain,
  },
  'dataset.wrongSize': {
    message: 'Die importierten Bilder sind beschädigt: {size} statt {expected} Bytes.',
    hint: importAgain,
  },
  'dataset.diskUnreadable': {
    message: 'Die importierten Bilder lassen sich nicht vom Laufwerk lesen.',
    hint: importAgain,
  },
  'dataset.checksum': {
    message:
      'Die importierten Bilder sind beschädigt: Die Bytes auf dem Laufwerk sind nicht die geschriebenen.',
    hint: importAgain,
  },
  'dataset.cutOff': { message: 'Die importierten Bilder sind abgeschnitten.', hint: importAgain },
  'import.cancelled': { message: 'Der Import wurde abgebrochen.' },
  'import.scanGone': {
    message: 'Die Durchsicht dieser Bilder ist nicht mehr verfügbar.',
    hint: 'Den Ordner erneut wählen.',
  },
  'import.unreadable': { message: '„{path}“ {reason}.' },
  'dataset.inTraining': {
    message: '„{run}“ trainiert mit diesen Bildern.',
    hint: 'Den Lauf zuerst pausieren oder beenden.',
  },
  'import.decoderCrashed': {
    message: '„{path}“ hat den Bilddecoder zum Absturz gebracht.',
    hint: 'Ein anderes Bild wählen oder dieses neu als PNG speichern.',
  },
  'import.crashed': {
    message: 'Der Importer ist wiederholt abgestürzt.',
    hint: 'Die zuletzt gelesenen Dateien aus dem Ordner nehmen oder andere Programme schließen, um Arbeitsspeicher freizugeben.',
  },
  'import.oneUnreadable': {
    message: 'Kein Bild war lesbar: „{path}“ {reason}.',
    hint: imageFormats,
  },
  'import.noFiles': { message: 'Keine Bilder gefunden: Es gibt keine Dateien.', hint: imageFormats },
  'import.noImages': {
    message: 'Keine Bilder gefunden: Unter {files} ist kein lesbares Bild.',
    hint: imageFormats,
  },
  'import.noImagesFor': {
    message: 'Keine Bilder gefunden: Unter {files} ist kein lesbares Bild. Ein Beispiel: „{path}“ {reason}.',
    hint: imageFormats,
  },
  'import.oneFile': { message: 'einer Datei' },
  'import.files': { message: '{count} Dateien' },
  'import.diskFull': {
    message: 'Das Laufwerk ist zu voll für die importierten Bilder.',
    hint: moreSpace,
  },
  'import.noRoom': {
    message: 'Das Laufwerk ist zu voll für die importierten Bilder: {megabytes} MB werden benötigt.',
    hint: moreSpace,
  },
  'dataset.tooFewLabels': {
    message: 'Training mit Labels braucht Bilder mit mindestens {least} Labels, diese haben {count}.',
    hint: 'Einen Ordner mit einem Unterordner je Label importieren oder labels=false setzen.',
  },
  'import.notThisValue': {
    message: '{problem}, nicht {value}.',
    hint: 'Nichts wurde gelesen. Einen anderen Wert wählen und erneut importieren.',
  },
  'import.impossible': { message: 'Dies kann nicht importiert werden' },
  'dataset.notFound': {
    message: 'Es gibt weder Ordner noch Datensatz „{query}“.',
    hint: 'Einen Ordner mit Bildern oder die Kennung eines Datensatzes angeben.',
  },
  'dataset.ambiguous': {
    message: '„{query}“ passt auf {count} Datensätze.',
    hint: 'Einen Ordner mit Bildern oder die Kennung eines Datensatzes angeben.',
  },
  'deletion.tooLate': {
    message: 'Dies wurde bereits gelöscht.',
    hint: 'Rückgängig machen geht nur zehn Sekunden lang.',
  },
  'archive.damaged': {
    message: '„{path}“ ist kein zip-Archiv, das sich öffnen lässt.',
    hint: 'Nichts wurde verändert. Mit einem anderen Programm entpacken und den Ordner importieren.',
  },
  'archive.bomb': {
    message: '„{path}“ würde mehr als 200-mal so groß.',
    hint: 'Nichts wurde entpackt. Archive mit Bildern schrumpfen nicht so stark; ein vertrauenswürdiges Archiv mit einem anderen Programm entpacken und den Ordner importieren.',
  },
  'archive.noSpace': {
    message: 'Zum Entpacken von „{path}“ fehlt der Platz.',
    hint: 'Nichts wurde verändert. Auf diesem Laufwerk Platz schaffen, oder woanders entpacken und den Ordner importieren.',
  },
  'dataset.allExcluded': {
    message: 'Alle Bilder von „{name}“ sind ausgeschlossen.',
    hint: 'Auf der Seite des Datensatzes einige wieder einschließen.',
  },
  'dataset.sourceGone': {
    message: '„{path}“ ist nicht vorhanden.',
    hint: 'Nichts wurde verändert. Das Laufwerk verbinden oder den Ordner zurücklegen, dann erneut einlesen.',
  },
  'dataset.noImage': { message: 'Dieses Bild gibt es in diesem Datensatz nicht.' },
  'dataset.noSource': {
    message: 'Die Datei ist nicht mehr vorhanden.',
    hint: 'Die importierte Kopie des Bildes ist sicher.',
  },
  'dataset.searchCancelled': { message: 'Die Suche wurde abgebrochen.' },
} as const satisfies ErrorEntries
