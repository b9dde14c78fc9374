import type { ErrorEntries } from '../../en/errors/entries.ts'

export const runsErrors = {
  'run.none': {
    message: 'Es gibt noch keine Läufe.',
    hint: 'Mit `flowerbed train FOLDER` einen anlegen.',
  },
  'run.notFound': {
    message: 'Es gibt keinen Lauf „{query}“.',
    hint: '`flowerbed runs` listet sie auf.',
  },
  'run.ambiguous': {
    message: '„{query}“ passt auf {count} Läufe.',
    hint: 'Mehr von der Kennung angeben: {choices}.',
  },
  'run.noName': { message: 'Ein Lauf braucht einen Namen.' },
  'run.inTraining': { message: 'Dieser Lauf ist im Training.', hint: 'Zuerst beenden.' },
  'run.imagesDeleted': {
    message: 'Die Bilder dieses Laufs wurden gelöscht.',
    hint: 'Denselben Ordner erneut importieren; der Lauf findet sie an ihrem Inhalt.',
  },
  'run.imagesDeletedForEvaluation': {
    message: 'Die Bilder dieses Laufs wurden gelöscht.',
    hint: 'Samples werden unter ihnen gesucht, auch beim Vergleich mit anderen.',
  },
  'run.otherVersion': {
    message: '„{name}“ kann mit dieser Version von Flowerbed nicht trainiert werden.',
    hint: 'Sie kennt diese Einstellungen des Laufs oder ihre Werte nicht: {settings}. Flowerbed aktualisieren; das Trainierte ist sicher.',
  },
  'run.takenOver': {
    message: 'Ein anderes Flowerbed hat diesen Lauf übernommen.',
    hint: 'Er trainiert dort; was hier seit dem letzten Checkpoint trainiert wurde, bleibt nicht erhalten.',
  },
  'run.trainedHere': {
    message:
      'Ein anderes Flowerbed (Prozess {process} auf diesem Computer, seit {since}) trainiert diesen Lauf.',
    hint: 'Das Ende abwarten oder den Lauf dort pausieren oder beenden.',
  },
  'run.trainedOn': {
    message: 'Ein anderes Flowerbed (Prozess {process} auf {computer}, seit {since}) trainiert diesen Lauf.',
    hint: 'Das Ende abwarten oder den Lauf dort pausieren oder beenden.',
  },
  'run.trainedOnAnother': {
    message:
      'Ein anderes Flowerbed (Prozess {process} auf einem anderen Computer, seit {since}) trainiert diesen Lauf.',
    hint: 'Das Ende abwarten oder den Lauf dort pausieren oder beenden.',
  },
  'run.noCheckpoint': { message: 'Dieser Lauf hat noch keinen Checkpoint.' },
  'run.noCheckpointOfStep': {
    message: 'Dieser Lauf hat keinen Checkpoint von Schritt {step}.',
    hint: 'Es gibt Checkpoints von Schritt {choices}.',
  },
  'run.noDiagnostics': {
    message: '„{name}“ hat keine Diagnose von Schritt {step}.',
    hint: 'Sie wird bei jedem Erzeugen des Rasters geschrieben.',
  },
  'run.noDiagnosticsOfStep': {
    message: '„{name}“ hat keine Diagnose von Schritt {step}.',
    hint: 'Es gibt die von {choices}.',
  },
  'run.unreadableDiagnostics': { message: 'Die Diagnose ist nicht lesbar.' },
  'app.quitting': { message: 'Flowerbed wird gerade beendet.' },
  'run.gone': { message: 'Diesen Lauf gibt es nicht.' },
  'run.atGoal': { message: 'Dieser Lauf hat sein Ziel erreicht.', hint: 'Ihm mehr Schritte geben.' },
  'run.imagesDeletedForSampling': {
    message: 'Die Bilder dieses Laufs wurden gelöscht.',
    hint: 'Stattdessen Bilddateien wählen oder den Ordner erneut importieren.',
  },
  'run.imagesDeletedForReconstruction': { message: 'Die Bilder dieses Laufs wurden gelöscht.' },
  'run.startCheckpointMissing': {
    message: 'Der Checkpoint von Schritt {step} fehlt.',
    hint: 'Mit einem anderen Checkpoint beginnen.',
  },
  'run.startWeightsGone': {
    message: 'Die Gewichte, mit denen dieser Lauf beginnt, sind nicht mehr vorhanden.',
    hint: 'Einen neuen Lauf mit anderen Gewichten oder ohne solche starten.',
  },
  'run.checkpointUnreadable': {
    message: 'Der Checkpoint von Schritt {step} ist nicht lesbar.',
    hint: '{hint}',
  },
  'run.checkpointUnreadableSince': {
    message: 'Der Checkpoint von Schritt {step} ist nicht lesbar. {reason}',
    hint: '{hint}',
  },
  'run.startAnother': {
    message: 'Der Lauf hat keinen anderen Checkpoint. Mit seinen Einstellungen einen neuen Lauf starten.',
  },
  'run.otherCheckpoints': { message: 'Stattdessen verwendbar: Schritt {steps}.' },
  'run.otherNetwork': {
    message: 'Die Gewichte gehören zu einem anderen Netz: {changes}.',
    hint: 'Diese Einstellungen lassen, wie sie waren, und Bilder mit denselben Kanälen verwenden, oder einen Lauf ohne andere Gewichte starten.',
  },
  'checkpoint.otherSettings': {
    message: 'Der Checkpoint wurde mit anderen Einstellungen geschrieben: {changes}.',
    hint: 'Der Checkpoint ist sicher. Zum Fortsetzen die Einstellungen zurücksetzen oder einen neuen Lauf starten. Änderbar sind: {choices}.',
  },
  'checkpoint.otherSetting': {
    message: 'Der Checkpoint wurde mit anderen Einstellungen geschrieben: {changes}.',
    hint: 'Der Checkpoint ist sicher. Zum Fortsetzen die Einstellung zurücksetzen oder einen neuen Lauf starten. Änderbar sind: {choices}.',
  },
  'queue.inTraining': {
    message: '„{name}“ wird gerade trainiert und kann nicht in die Warteschlange.',
    hint: 'Den Lauf zuerst pausieren oder einen anderen wählen.',
  },
  'queue.reachedGoal': {
    message: '„{name}“ hat sein Ziel erreicht.',
    hint: 'Ihm mehr Schritte, Epochen oder Minuten Training geben.',
  },
  'queue.notQueued': { message: '„{name}“ ist nicht in der Warteschlange.' },
  'queue.newRunsOnly': {
    message: '--queue gilt für einen neuen Lauf.',
    hint: 'Einen vorhandenen anfügen mit: flowerbed queue add {run}',
  },
  'queue.circle': {
    message: '„{name}“ kann nicht nach „{after}“ starten, da dieser auf ihn wartet.',
    hint: 'Den Start nach einem anderen Lauf wählen.',
  },
} as const satisfies ErrorEntries
