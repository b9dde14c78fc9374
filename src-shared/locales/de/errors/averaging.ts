import type { ErrorEntries } from '../../en/errors/entries.ts'

export const averagingErrors = {
  'average.constantDecay': {
    message:
      'Dieser Lauf hat ein Mittel mit konstantem Abklingfaktor, aus dem sich kein anderes bilden lässt.',
    hint: 'Mit Gewichtsmittelung nach einer Potenzfunktion trainieren: --set emaKind=power.',
  },
  'average.inTraining': {
    message: '„{name}“ wird gerade trainiert.',
    hint: 'Zuerst pausieren; danach geht das Training weiter, als wäre nichts geändert worden.',
  },
  'average.width': { message: 'Eine Breite ist eine Zahl von {min} bis {max}, nicht {width}.' },
  'average.snapshotGone': {
    message: 'Inzwischen wurden Momentaufnahmen der Mittel gelöscht.',
    hint: 'Noch einmal versuchen; die Mittel werden dann aus den übrigen gebildet.',
  },
  'average.otherLabels': {
    message: 'Die Bilder dieses Laufs haben andere Labels als beim Training.',
    hint: 'Den Ordner wieder so importieren, wie er war.',
  },
  'average.noRoom': {
    message:
      'Auf dem Datenträger ist kein Platz für den Checkpoint: Er braucht {needed}, und {free} sind frei.',
    hint: 'Platz schaffen: Läufe löschen oder Checkpoints ausdünnen.',
  },
} as const satisfies ErrorEntries
