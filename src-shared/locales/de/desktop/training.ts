/** What a run records and warns of while it trains. `precision` and `threads` follow a colon. */
export const trainingTexts = {
  'warning.collapsed':
    'Die Encodings sind kollabiert: Sie sind für jedes Bild fast dasselbe Rauschen, sodass Interpolationen zwischen encodierten Bildern wenig von ihnen zeigen. In einem neuen Lauf das KL-Gewicht (klWeight) senken; bis dahin durch Inversion encodieren.',
  'warning.gap':
    'Die Encodings haben sich vom Prior entfernt, sodass neue Samples schlechter aussehen können als Rekonstruktionen. In einem neuen Lauf das KL-Gewicht (klWeight) erhöhen.',
  'warning.notEvaluated': 'Das Bewertungsintervall hat keine Wirkung: {message}',
  'warning.otherCheckpoint':
    'Der Checkpoint von Schritt {step} ist nicht lesbar: {reason} Verwendet wird der von Schritt {next}.',
  'warning.resumesEarlier':
    'Der Checkpoint von Schritt {step} ist nicht lesbar: {reason} Das Training wird ab dem von Schritt {next} fortgesetzt.',
  'warning.noRoomForSnapshot':
    'Auf dem Datenträger ist kein Platz für die Momentaufnahme der Mittel bei Schritt {step}; das Training geht ohne sie weiter. Mittel anderer Breiten werden ungenauer.',
  'warning.batchInParts':
    '{free} GB Arbeitsspeicher sind zu wenig für ganze Batches: Jeder Batch von {batch} Bildern wird in {count} Teilen berechnet. Das Ergebnis ist dasselbe; ein Schritt dauert etwas länger.',
  'waiting.memory':
    'Der Speicher der Grafikkarte ist belegt: {needed} GB werden gebraucht, {free} GB sind frei. Das Training beginnt, sobald Platz ist.',
  'waiting.memoryUsed':
    'Der Speicher der Grafikkarte ist belegt: {needed} GB werden gebraucht, {free} GB sind frei. Das Training beginnt, sobald Platz ist. Belegt von {users}.',
  'waiting.user': '{name} (Prozess {pid})',
  'waiting.userOf': '{name} (Prozess {pid}, {used} GB)',
  'waiting.compiles':
    'XLA übersetzt den Trainingsschritt für diese GPU; das dauert ein bis zwei Minuten und lässt sich nicht unterbrechen. Ähnliche Läufe beginnen danach sofort.',
  'waiting.coupling':
    'Vorbereitung: Die Kopplung von Rauschen und Bildern wird berechnet ({percent} %). Danach beginnt das Training.',
  'waiting.precision':
    'Vorbereitung: Der Trainingsschritt wird in fp32 und in {fast} gebaut und gemessen, um im schnelleren zu trainieren.',
  'precision.fused': 'von XLA übersetzt sind 32 Bit so schnell wie 16',
  'precision.chosen': 'in den Einstellungen gewählt',
  'precision.asBefore': 'wie vor dem Fortsetzen des Laufs',
  'precision.notFaster': 'dieses Gerät ist mit 16 Bit nicht schneller',
  'precision.timed': '{fast} braucht {share} der Zeit von fp32 je Schritt, gemessen am Anfang des Laufs',
  'precision.bySpeed': '{fast} braucht auf diesem Gerät {share} der Zeit von fp32',
  'precision.workers': 'die übliche dieses Geräts; mehrere Worker werden nicht gemessen',
  'precision.notTimed': 'der Lauf endete, bevor seine Schritte gemessen wurden',
  'threads.container': 'die Prozessorzeit-Grenze des Containers',
  'threads.processors': 'einer je Prozessor',
  'threads.cores': 'einer je Kern',
  'threads.variables': '{first} und {second}',
  'workers.installing': 'Flowerbed wird auf {name} installiert.',
  'workers.network':
    'Die Worker tauschen ihre Ergebnisse im Netz {network} unverschlüsselt aus, und TensorFlow hat kein Passwort: Wer auf einem dieser Rechner ist oder sich als einer ausgibt, kann in deinem Namen Programme ausführen.',
  'workers.restarted': 'Die Worker antworteten nicht und wurden neu gestartet.',
  'workers.lost': {
    one: 'Beendet oder ohne Antwort: {names}; {count} Worker bleibt.',
    other: 'Beendet oder ohne Antwort: {names}; {count} Worker bleiben.',
  },
  'workers.fromStart': 'zum Anfang',
  'workers.fromCheckpoint': 'zum Checkpoint von Schritt {step}',
  'workers.wentBack': '{what} Das Training ging von Schritt {reached} zurück {where} und läuft weiter.',
  'experiment.systems': '{name}, Systeme im Vergleich',
  'study.seeds': 'mehrere Seeds',
} as const
