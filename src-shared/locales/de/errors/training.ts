import type { ErrorEntries } from '../../en/errors/entries.ts'

const resumeGently =
  'Der letzte Checkpoint ist sicher. Von dort mit kleinerer Lernrate oder stärkerer Gradientenbegrenzung fortsetzen: `flowerbed train --resume RUN --set learningRate=… --set clipNorm=…`.'

export const trainingErrors = {
  'network.patchDoesNotDivide': {
    message: 'Bilder mit {width} × {height} Pixeln lassen sich nicht in Patches von {patch} teilen.',
    hint: 'Eine Patchgröße wählen, die beide Seiten teilt, oder 0 für automatisch.',
  },
  'network.parameterMissing': { message: 'Der Parameter „{name}“ des Netzes fehlt.' },
  'training.notThisRun': { message: 'Dieser Lauf ist nicht im Training.' },
  'training.anotherRun': {
    message: 'Ein anderer Lauf ist im Training.',
    hint: 'Ihn zuerst pausieren.',
  },
  'training.noRoom': {
    message: 'Der nächste Checkpoint braucht bis zu {needed}, und nur {free} sind auf dem Laufwerk frei.',
    hint: 'Platz schaffen, indem Läufe gelöscht oder weniger Checkpoints behalten werden, dann ab dem letzten Checkpoint fortsetzen.',
  },
  'training.notFinite': { message: 'Bei Schritt {step} wurde „{term}“ zu {value}.', hint: resumeGently },
  'training.stateNotFinite': {
    message: 'Bei Schritt {step} enthält „{name}“ Zahlen, die nicht endlich sind.',
    hint: resumeGently,
  },
  'checkpoint.otherShape': {
    message: 'Der Checkpoint wurde für Bilder mit {checkpoint} geschrieben, diese haben {images}.',
    hint: 'Der Checkpoint ist sicher. Für diese Bilder einen neuen Lauf starten.',
  },
  'training.diskFull': {
    message: 'Das Laufwerk ist voll.',
    hint: 'Platz schaffen, dann den Lauf ab seinem letzten Checkpoint fortsetzen.',
  },
  'training.evaluationEnds': {
    message: 'Die Bewertung wurde abgebrochen, weil das Training endet.',
  },
  'training.samplingEnds': {
    message: 'Das Erzeugen des Rasters wurde abgebrochen, weil das Training endet.',
  },
  'training.startSizeDiffers': {
    message: 'Die Gewichte gehören zu einem anderen Netz: „{name}“ hat eine andere Größe.',
    hint: 'Mit einem Lauf gleicher Netzeinstellungen, Bildgröße und Kanäle beginnen, oder ohne andere Gewichte.',
  },
  'training.justEnded': { message: 'Das Training wurde eben beendet.', hint: 'Erneut versuchen.' },
  'training.noImages': { message: 'Es gibt keine Bilder zum Trainieren.' },
  'training.notStarted': {
    message: 'Das Training hat noch nicht begonnen.',
    hint: 'Gleich erneut versuchen.',
  },
  'memory.shrink': {
    message: 'Dieser Lauf braucht etwa {needed} Arbeitsspeicher, frei sind {free}.',
    hint: 'Eine kleinere Breite (hidden) oder kleinere Bilder (--image-size) wählen oder andere Programme schließen.',
  },
  'memory.checkpointOrShrink': {
    message: 'Dieser Lauf braucht etwa {needed} Arbeitsspeicher, frei sind {free}.',
    hint: 'Gradient-Checkpointing (checkpointing) einschalten, eine kleinere Breite (hidden) oder kleinere Bilder (--image-size) wählen oder andere Programme schließen.',
  },
  'memory.fewer': {
    message: 'Dieser Lauf braucht etwa {needed} Arbeitsspeicher, frei sind {free}.',
    hint: 'Höchstens {batch} Bilder je Schritt (batch) über mehr Batches je Aktualisierung (accumulate) nehmen, oder eine kleinere Breite (hidden) oder kleinere Bilder wählen.',
  },
  'memory.checkpointOrFewer': {
    message: 'Dieser Lauf braucht etwa {needed} Arbeitsspeicher, frei sind {free}.',
    hint: 'Gradient-Checkpointing (checkpointing) einschalten, höchstens {batch} Bilder je Schritt (batch) über mehr Batches je Aktualisierung (accumulate) nehmen, oder eine kleinere Breite (hidden) oder kleinere Bilder wählen.',
  },
} as const satisfies ErrorEntries
