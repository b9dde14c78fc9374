import type { ErrorEntries } from '../../en/errors/entries.ts'

export const cliErrors = {
  'cli.benchNeedsCheckout': {
    message: 'Benchmarks gehören zum Quelltext: dort `npm run bench -- step` ausführen.',
  },
  'cli.notSafetensors': { message: 'Die Datei muss auf .safetensors enden.' },
  'cli.unknownEnding': {
    message: 'Die Datei muss auf .png, .gif, .webp oder .mp4 enden.',
    hint: 'Ein Pfad ohne Endung ist ein neuer Ordner mit einem PNG je Frame.',
  },
  'cli.gridOrShift': { message: 'Entweder --grid oder --add und --subtract, nicht beides.' },
  'cli.widthOrChoose': { message: 'Entweder --width oder --choose, eines von beiden.' },
  'cli.interpolationImages': {
    message: 'Eine Interpolation verbindet {min} bis {max} Bilder, nicht {count}.',
    hint: 'Mit --add und --subtract lässt sich ein einzelnes Bild ändern.',
  },
  'cli.interpolationFrames': { message: 'Eine Interpolation hat mindestens {count} Frames.' },
  'cli.gridNotPng': { message: 'Ein Raster wird als .png geschrieben.' },
  'cli.strengthFrames': { message: 'Ein Bereich von Stärken hat mindestens 2 Frames.' },
  'cli.animationOfOne': {
    message: 'Eine Animation zeigt ein Bild; mehrere werden als .png geschrieben.',
  },
  'cli.groupTwice': { message: 'Entweder --{option} oder --{option}-label, nicht beides.' },
  'cli.groupMissing': {
    message: 'Für --{option} fehlen die Bilder.',
    hint: 'Bilder mit --{option} oder ein Label mit --{option}-label angeben.',
  },
  'cli.groupImagesDeleted': {
    message: 'Die Bilder dieses Laufs wurden gelöscht.',
    hint: 'Stattdessen Bilddateien mit --{option} angeben oder den Ordner erneut importieren.',
  },
  'cli.ladderBudget': {
    message: 'Eine Leiter braucht ein Budget je Modell: --steps oder --minutes.',
  },
  'cli.studyImages': { message: 'Einen Ordner mit Bildern angeben, oder eine Studie mit --resume.' },
  'cli.studyBudget': { message: 'Eine Studie braucht ein Budget je Lauf: --steps oder --minutes.' },
  'cli.presetsInGrid': {
    message: 'Das Raster vergleicht Vorlagen, daher ist --preset nicht zusätzlich möglich.',
  },
  'cli.fixedInStudy': {
    message: '{option} kann beim Fortsetzen einer Studie nicht geändert werden.',
    hint: 'Die Angabe weglassen; die Studie behält ihre Bilder und Einstellungen.',
  },
  'cli.reportNotHtml': { message: 'Der Name des Berichts muss auf .html enden.' },
  'cli.trainImages': { message: 'Einen Ordner mit Bildern angeben, oder einen Lauf mit --resume.' },
  'cli.checkpointNeedsResume': {
    message: '--checkpoint benötigt --resume.',
    hint: 'Den fortzusetzenden Lauf mit --resume RUN angeben.',
  },
  'cli.folderOnResume': {
    message: 'Ein fortgesetzter Lauf behält seine Bilder; ein Ordner kann nicht angegeben werden.',
    hint: 'Den Ordner weglassen, oder für einen neuen Lauf --resume {resume} weglassen.',
  },
  'cli.fixedOnResume': {
    message: '{option} kann beim Fortsetzen eines Laufs nicht geändert werden.',
    hint: 'Die Angabe weglassen. Mit --set änderbar: {choices}.',
  },
  'cli.folderFixedInStudy': {
    message: 'Der Ordner kann beim Fortsetzen einer Studie nicht geändert werden.',
    hint: 'Ihn weglassen; die Studie behält ihre Bilder und Einstellungen.',
  },
  'cli.timeUp': {
    message: 'Dieser Lauf hat seine Zeitgrenze erreicht.',
    hint: 'Mit --steps, --epochs oder --minutes länger trainieren.',
  },
  'cli.allSteps': {
    message: 'Dieser Lauf hat alle {steps} Schritte abgeschlossen.',
    hint: 'Mit --steps, --epochs oder --minutes länger trainieren.',
  },
  'cli.mustBe': { message: '{option} muss {condition} sein.' },
  'cli.comparedRuns': { message: '{min} bis {max} Läufe angeben.' },
  'cli.noRunOrExperiment': {
    message: 'Es gibt weder Lauf noch Experiment „{query}“.',
    hint: '`flowerbed runs` listet die Läufe auf.',
  },
  'cli.noColumn': {
    message: 'Es gibt keine Spalte „{column}“.',
    hint: '--json zeigt die Schlüssel der Spalten.',
  },
  'cli.writeGrid': { message: 'Als 7 schreiben, oder als 5x9 für Zeilen und Spalten.' },
  'cli.writeRange': { message: 'Erforderlich ist eine Zahl oder zwei als von..bis.' },
  'cli.writeValues': { message: 'Als schlüssel=a,b,c schreiben.' },
  'cli.writeCheckpoint': { message: 'Erforderlich ist latest, best oder ein Schritt.' },
  'cli.writeStart': { message: 'Als RUN oder RUN:CHECKPOINT schreiben.' },
  'cli.aboveZero': { message: 'Erforderlich ist eine Zahl über 0.' },
  'cli.atLeastZero': { message: 'Erforderlich ist eine Zahl ab 0.' },
  'cli.writeSetting': { message: 'Als schlüssel=wert schreiben.' },
  'cli.wholeNumber': { message: 'Erforderlich ist eine ganze Zahl.' },
  'cli.wholeNumberFrom': { message: 'Erforderlich ist eine ganze Zahl von {min} bis {max}.' },
  'cli.wholeNumberAtLeast': { message: 'Erforderlich ist eine ganze Zahl ab {min}.' },
  'cli.writeTime': { message: 'Als 23:30 oder 2030-01-31T23:30 schreiben.' },
  'cli.noSuchTime': { message: 'Diese Uhrzeit gibt es nicht.' },
  'cli.writeDevice': {
    message: 'auto, cuda, cpu oder die Nummer einer GPU schreiben, etwa cuda:1.',
  },
  'cli.writeGpus': { message: 'Die Nummern der GPUs schreiben, etwa 0,1.' },
  'cli.writeHosts': {
    message:
      'Eine Anzahl von Prozessen schreiben oder die Namen von mindestens zwei Rechnern, jeden einmal, etwa local,mars.',
  },
  'cli.writeNetwork': { message: 'Als 10.0.0.0/24 schreiben.' },
  'cli.networkOfHosts': {
    message: '--workers-network gehört zu Namen von Rechnern.',
    hint: 'Etwa --workers local,mars angeben.',
  },
  'cli.workersOrDevices': {
    message: '--workers und --devices schließen einander aus.',
    hint: '--workers für Prozesse auf dem Prozessor angeben, --devices für GPUs.',
  },
  'cli.otherDevice': {
    message: 'Diese Worker rechnen auf „{device}“.',
    hint: '--device weglassen.',
  },
} as const satisfies ErrorEntries
