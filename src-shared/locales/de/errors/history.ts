import type { ErrorEntries } from '../../en/errors/entries.ts'

export const historyErrors = {
  'history.full': {
    message: 'Das Laufwerk ist voll, daher kann der Verlauf der Läufe nicht geschrieben werden.',
    hint: 'Der Inhalt ist sicher. Auf dem Laufwerk des Datenordners Platz schaffen, dann erneut versuchen.',
  },
  'history.readOnly': {
    message: 'Der Verlauf der Läufe ist schreibgeschützt.',
    hint: 'Der Inhalt ist sicher. Das Schreiben in den Datenordner erlauben oder mit --data-dir einen anderen wählen.',
  },
  'history.notAllowed': {
    message: 'Dieser Benutzer darf den Verlauf der Läufe nicht öffnen.',
    hint: 'Er ist unberührt. Lesen und Schreiben des Datenordners erlauben oder mit --data-dir einen anderen wählen.',
  },
  'history.cannotOpen': {
    message: 'Die Datei mit dem Verlauf der Läufe lässt sich nicht öffnen.',
    hint: 'Sie ist unberührt. Prüfen, ob der Datenordner vorhanden, lesbar und beschreibbar ist.',
  },
  'history.busy': {
    message: 'Ein anderes Programm verwendet den Verlauf der Läufe.',
    hint: 'Er ist unberührt. Andere Flowerbeds und Befehle auf diesem Datenordner beenden oder abwarten, dann erneut versuchen.',
  },
  'history.diskFailed': {
    message: 'Das Laufwerk hat beim Lesen oder Schreiben des Verlaufs der Läufe versagt.',
    hint: 'Die Datei liegen lassen. Prüfen, ob das Laufwerk verbunden, intakt und nicht voll ist, dann erneut versuchen.',
  },
  'history.noMemory': {
    message: 'Der Arbeitsspeicher reicht nicht, um den Verlauf der Läufe zu lesen.',
    hint: 'Er ist unberührt. Andere Programme schließen, dann erneut versuchen.',
  },
  'history.damaged': {
    message: 'Der Verlauf der Läufe ist beschädigt.',
    hint: 'Seine Datei verschieben, mit den gleichnamigen auf -wal und -shm; Bilder, Checkpoints und Samples bleiben in ihren Ordnern.',
  },
  'history.notADatabase': {
    message: 'Die Datei mit dem Verlauf der Läufe ist keine Datenbank.',
    hint: 'Sie verschieben, mit den gleichnamigen auf -wal und -shm; Bilder, Checkpoints und Samples bleiben in ihren Ordnern.',
  },
  'history.noRoomToTrain': {
    message:
      'Der Verlauf der Läufe kann nicht geschrieben werden, daher kann jetzt kein Lauf trainiert werden.',
    hint: 'Auf dem Laufwerk des Datenordners Platz schaffen, dann erneut versuchen.',
  },
  'history.noRoomToCopy': {
    message: 'Für eine Kopie des Verlaufs vor seiner Aktualisierung fehlt der Platz.',
    hint: 'Nichts wurde verändert. Auf diesem Laufwerk {megabytes} MB Platz schaffen, dann erneut starten.',
  },
  'history.newer': {
    message: 'Dieser Verlauf wurde von einem neueren Flowerbed geschrieben.',
    hint: 'Flowerbed aktualisieren oder mit einem anderen Datenordner starten (--data-dir).',
  },
  'history.noRoomToRead': {
    message:
      'Der Verlauf der Läufe ist schreibgeschützt, und die Kopie zum Lesen kann nicht angelegt werden.',
    hint: 'Er ist unberührt. Prüfen, ob er lesbar ist und in {folder} Platz ist.',
  },
  'history.notOpened': {
    message: 'Der Verlauf der Läufe lässt sich nicht öffnen.',
    hint: 'Er ist, wie er war: die Datei liegen lassen.',
  },
  'history.unknownKind': { message: 'diese Version kennt die Art „{kind}“ nicht' },
  'history.columnDamaged': { message: '„{column}“ ist beschädigt' },
  'history.damagedRow': { message: 'der Eintrag ist beschädigt' },
  'history.unknownPart': { message: '„{part}“ ist nicht so, wie diese Version es kennt' },
  'history.unreadableRow': {
    message: 'Ein Eintrag des Verlaufs ist nicht lesbar ({kind}).',
    hint: 'Seine Dateien und alles andere sind unberührt. Falls ein neueres Flowerbed ihn geschrieben hat, dieses aktualisieren; sonst kann er nur gelöscht werden.',
  },
  'run.kind': { message: 'Lauf' },
  'dataset.kind': { message: 'Datensatz' },
  'experiment.kind': { message: 'Experiment' },
  'sample.kind': { message: 'Sample' },
  'evaluation.kind': { message: 'Bewertung' },
  'checkpoint.kind': { message: 'Checkpoint' },
  'setting.kind': { message: 'Einstellung' },
  'attribute.kind': { message: 'Attribut' },
  'pinnedPair.kind': { message: 'angeheftetes Paar' },
  'target.kind': { message: 'Ziel' },
} as const satisfies ErrorEntries
