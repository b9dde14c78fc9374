/** What happened at a step of a run, as its plot and its list of events say it. */
export const eventTexts = {
  'event.started': 'Training begonnen auf {device}',
  'event.paused': 'Pausiert',
  'event.ended': '{how}: {reason}',
  'event.end.finished': 'Training fertig',
  'event.end.stopped': 'Beendet',
  'event.end.interrupted': 'Unterbrochen',
  'event.end.failed': 'Fehlgeschlagen',
  'event.resumed': 'Fortgesetzt ab dem Checkpoint von Schritt {step}',
  'event.noWorker': 'Kein Worker',
  'event.workersLost':
    '{lost} ausgefallen bei Schritt {reached}: Das Training ging zurück zu Schritt {step}, mit {left} übrig',
  'event.checkpointDamaged': 'Der Checkpoint war nicht lesbar: {reason}',
  'event.checkpoint': 'Checkpoint',
  'event.checkpointMarked': 'Checkpoint ({marks})',
  'event.best': 'bester',
  'event.pinned': 'angeheftet',
  'event.damaged': 'beschädigt',
} as const
