import type { ErrorEntries } from '../../en/errors/entries.ts'

export const samplingErrors = {
  'sampling.tooManyFrames': {
    message: 'Höchstens {most} Frames können auf einmal erzeugt werden',
    hint: 'Weniger Bilder auf einmal oder weniger Frames je Bild erzeugen.',
  },
  'sample.gone': { message: 'Diese Samples stehen nicht im Verlauf.' },
  'sample.notSaved': { message: 'Die Engine hat Samples erzeugt, ohne sie zu speichern.' },
  'evaluation.count': { message: 'Die Anzahl muss eine ganze Zahl von {min} bis {max} sein.' },
  'evaluation.imageShape': {
    message: 'Die Vergleichsbilder haben {width} × {height} Pixel und {channels} Kanäle.',
    hint: 'Dieser Lauf wurde mit {trainedWidth} × {trainedHeight} und {trainedChannels} Kanälen trainiert.',
  },
  'evaluation.noPairs': { message: 'Mindestens 1 Paar kann gemessen werden, nicht {pairs}.' },
  'evaluation.tooFewFrames': {
    message: 'Interpolationen werden an mindestens {fewest} Frames gemessen, nicht an {frames}.',
  },
  'evaluation.oneImage': {
    message: 'Interpolationen werden zwischen mindestens zwei Bildern gemessen.',
  },
  'evaluation.tooFewImages': {
    message: 'Eine Bewertung braucht mindestens {least} Vergleichsbilder, nicht {count}.',
  },
  'nearest.count': { message: '1 bis {most} Bilder können gesucht werden, nicht {count}.' },
  'nearest.otherSize': { message: 'Die Bilder haben nicht die Größe der Bilder des Datensatzes.' },
  'nearest.neighbours': { message: '1 bis {most} Nachbarn können gesucht werden.' },
  'sample.fileGone': { message: 'Die Datei dieser Samples ist nicht mehr vorhanden.' },
  'sample.fileDamaged': { message: 'Die Datei dieser Samples ist beschädigt.' },
  'encoding.noImage': { message: 'Es gibt kein Bild zum Encodieren.' },
  'guide.notEarlier': {
    message: 'Ein Guide ist ein früherer Checkpoint, und Schritt {guide} liegt nicht vor Schritt {step}.',
  },
  'group.empty': { message: 'Eine Gruppe braucht mindestens ein Bild.' },
  'group.tooLarge': { message: 'Eine Gruppe hat höchstens {most} Bilder, nicht {count}.' },
  'group.labelWithoutImage': { message: 'Kein Bild hat das Label „{label}“.' },
  'group.allHaveLabel': { message: 'Alle Bilder haben das Label „{label}“, andere gibt es nicht.' },
  'pairs.tooMany': {
    message: 'Ein Lauf hat höchstens {most} angeheftete Paare.',
    hint: 'Zuerst eines davon lösen.',
  },
  'direction.otherRun': {
    message: 'Dieses Encoding oder diese Richtung gehört nicht zum Modell dieses Laufs.',
    hint: 'Das Bild erneut encodieren und das Attribut aktualisieren.',
  },
  'direction.attributeGone': { message: 'Dieses Attribut steht nicht im Verlauf.' },
  'direction.imagesDeleted': {
    message: 'Die Bilder dieses Laufs wurden gelöscht, daher gehören zu seinen Labels keine.',
    hint: 'Für beide Gruppen Bilddateien wählen.',
  },
  'sampling.toleranceTooSmall': {
    message: 'Der Löser kann den Fehler nicht innerhalb der Toleranz {tolerance} halten.',
    hint: 'Eine größere Toleranz wählen oder einen Löser mit fester Schrittzahl, etwa heun.',
  },
  'interpolation.imageCount': {
    message: 'Eine Interpolation verbindet {min} bis {max} Bilder, nicht {count}.',
  },
  'interpolation.frames': { message: 'Eine Interpolation hat 2 bis {most} Frames, nicht {frames}.' },
  'interpolation.framesBelowImages': {
    message: 'Eine Interpolation hat mindestens einen Frame je Bild, nicht {frames} für {count} Bilder.',
  },
  'grid.imageCount': { message: 'Ein Raster verbindet 3 oder 4 Bilder, nicht {count}.' },
  'grid.size': { message: 'Ein Raster hat {min} bis {max} Zeilen und Spalten, nicht {rows} × {columns}.' },
  'shift.noImage': { message: 'Es gibt kein Bild zum Ändern.' },
  'shift.strength': { message: 'Eine Stärke muss eine Zahl sein; 1 ist der ganze Unterschied.' },
  'shift.tooMany': {
    message: 'Höchstens {most} Samples auf einmal, nicht {count} Bilder in {strengths} Stärken.',
  },
  'sampling.noCheckpoint': {
    message: 'Dieser Lauf hat keinen Checkpoint, mit dem Samples erzeugt werden können.',
    hint: 'Trainieren, bis sein erster Checkpoint geschrieben ist.',
  },
  'guide.none': { message: 'Guidance braucht ein schwächeres Modell.' },
  'encoding.noEncoder': {
    message: 'Dieser Lauf wurde ohne Encoder q(z|x) trainiert.',
    hint: 'Durch Inversion encodieren oder einen neuen Lauf mit Encoder trainieren (posterior=true).',
  },
  'encoding.noCode': {
    message: 'Dieser Lauf wurde ohne Code trainiert.',
    hint: 'Durch Inversion encodieren oder einen neuen Lauf mit Code trainieren (code=32).',
  },
  'guide.needsLabel': {
    message: 'Guidance durch Labels braucht das Label der Bilder.',
    hint: 'Die Labels sind: {labels}. Guidance 1 kommt ohne aus.',
  },
  'sampling.jobRuns': { message: 'Ein Auftrag dieses Namens läuft bereits.' },
  'sampling.cancelled': { message: 'Das Erzeugen wurde abgebrochen.' },
  'labels.unknown': {
    message: 'Dieser Lauf hat kein Label „{label}“.',
    hint: 'Seine Labels sind: {choices}.',
  },
  'labels.none': {
    message: 'Dieser Lauf wurde ohne Labels trainiert.',
    hint: 'Das Label weglassen oder einen neuen Lauf mit Labels trainieren (labels=true).',
  },
  'group.withoutLabels': {
    message: 'Die Bilder haben kein Label „{label}“.',
    hint: 'Sie wurden ohne Labels importiert; stattdessen Bilder angeben.',
  },
  'group.unknownLabel': {
    message: 'Die Bilder haben kein Label „{label}“.',
    hint: 'Es gibt: {choices}.',
  },
  'images.otherShape': {
    message: 'Das Bild hat nicht die Größe, mit der dieser Lauf trainiert wurde: {reason}.',
    hint: 'Es muss {width} × {height} Pixel und {channels} Kanäle haben.',
  },
  'images.bytes': { message: 'es hat {count} Bytes' },
  'images.datasetShape': {
    message: 'die Bilder des Datensatzes haben {width} × {height} Pixel und {channels} Kanäle',
  },
  'guide.noneEarly': {
    message:
      'Dieser Lauf hat keinen Checkpoint aus der ersten Hälfte seiner {step} Schritte, den Guidance braucht.',
    hint: '{hint}',
  },
  'guide.noneOfStep': {
    message: 'Dieser Lauf hat keinen Checkpoint von Schritt {step} als Guide.',
    hint: '{hint}',
  },
  'guide.chooseStep': {
    message: 'Einen von Schritt {choices} als Guide wählen oder Samples ohne Guidance erzeugen.',
  },
  'guide.trainLonger': {
    message: 'Samples ohne Guidance erzeugen, oder länger trainieren und mehr Checkpoints behalten.',
  },
} as const satisfies ErrorEntries
