export const remoteTexts = {
  'remote.connecting': 'Verbinden mit {target}',
  'remote.sending.program': 'Flowerbed wird auf {target} installiert',
  'remote.sending.dataset': 'Die Bilder werden zu {target} gesendet',
  'remote.sending.checkpoint': 'Der Checkpoint wird zu {target} gesendet',
  'remote.share': '{percent} %',
  'remote.timeLeft': 'noch etwa {time}',
  'remote.starting': 'Start auf {target}',
  'remote.queued': 'Wartet in der Warteschlange von {target}: {reason}',
  'remote.ahead': { one: '{count} Job davor', other: '{count} Jobs davor' },
  'remote.training': 'Training auf {node}',
  'remote.trainingAt': 'Training auf {node} ({target})',
  'remote.unreachable': '{target} ist seit {time} nicht erreichbar',
  'remote.goesOn': 'läuft dort weiter',
  'remote.notSent': 'dort noch nicht gestartet',
  'remote.storing': 'Wartet, bis hier Platz ist ({reason})',
  'remote.wish.pause': 'pausiert, sobald es erreicht wird',
  'remote.wish.stop': 'wird beendet, sobald es erreicht wird',
  'quit.elsewhere': {
    one: '{count} Lauf auf einem anderen Rechner geht dort weiter; ihm wird wieder gefolgt, wenn Flowerbed geöffnet wird.',
    other:
      '{count} Läufe auf anderen Rechnern gehen dort weiter; ihnen wird wieder gefolgt, wenn Flowerbed geöffnet wird.',
  },
} as const
