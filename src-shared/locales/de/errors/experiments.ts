import type { ErrorEntries } from '../../en/errors/entries.ts'

export const experimentsErrors = {
  'study.axisTwice': {
    message: '„{setting}“ ist doppelt angegeben.',
    hint: 'Alle Werte in eine Liste schreiben.',
  },
  'study.budgetVaried': {
    message: '„{setting}“ ist für alle Läufe einer Studie gleich.',
    hint: 'Das Budget je Lauf mit --steps oder --minutes angeben.',
  },
  'study.seedVaried': {
    message: '„{setting}“ ist für alle Läufe einer Studie gleich.',
    hint: 'Die Anzahl der Seeds mit --seeds angeben.',
  },
  'study.alsoSetForAll': {
    message: '„{setting}“ ist auch für alle Läufe gesetzt.',
    hint: 'Nur einmal angeben.',
  },
  'study.emptyValue': { message: 'Ein Wert von „{setting}“ ist leer.' },
  'study.valueTwice': { message: 'Der Wert {value} von „{setting}“ ist doppelt angegeben.' },
  'study.noValues': { message: '„{setting}“ hat keine Werte.' },
  'study.tooManyRuns': {
    message: 'Diese Studie hätte {count} Läufe; möglich sind höchstens {most}.',
    hint: 'Weniger Werte oder weniger Seeds angeben.',
  },
  'study.oneRun': {
    message: 'Eine Studie vergleicht mindestens zwei Läufe.',
    hint: 'Werte einer Einstellung mit --grid oder mehrere --seeds angeben.',
  },
  'experiment.noBudget': { message: 'Wie lange je System? Schritte oder Minuten angeben.' },
  'experiment.inTraining': {
    message: 'Dieses Experiment wird gerade trainiert.',
    hint: 'Zuerst pausieren.',
  },
  'experiment.imagesDeleted': {
    message: 'Die Bilder dieses Experiments wurden gelöscht.',
    hint: 'Denselben Ordner erneut importieren und erneut vergleichen.',
  },
  'experiment.finished': { message: 'Jeder Lauf dieses Experiments hat sein Ziel erreicht.' },
  'experiment.trainedElsewhere': {
    message: 'Ein anderes Flowerbed trainiert „{name}“.',
    hint: 'Abwarten oder dort beenden.',
  },
  'ladder.noSystem': { message: 'Es wurde kein System gewählt.', hint: 'Zur Wahl stehen: {choices}.' },
  'ladder.unknownSystem': {
    message: '„{preset}“ gehört nicht zur Leiter.',
    hint: 'Zur Wahl stehen: {choices}.',
  },
  'experiment.notFound': {
    message: 'Es gibt kein Experiment „{query}“.',
    hint: 'Mit `flowerbed study FOLDER` eines anlegen; der Befehl nennt seine Kennung.',
  },
  'experiment.ambiguous': {
    message: '„{query}“ passt auf {count} Experimente.',
    hint: 'Mehr von der Kennung angeben: {choices}.',
  },
  'experiment.gone': { message: 'Dieses Experiment gibt es nicht.' },
} as const satisfies ErrorEntries
