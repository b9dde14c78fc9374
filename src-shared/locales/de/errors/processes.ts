import type { ErrorEntries } from '../../en/errors/entries.ts'

export const processesErrors = {
  'process.unknownError': { message: 'ein Fehler, der sich nicht beschreiben lässt' },
  'process.noRequest': { message: 'Die Anfrage „{request}“ gibt es nicht.' },
  'process.otherPage': { message: 'Diese Seite darf keine Anfragen senden.' },
  'process.unknownRequest': { message: 'Dieser Prozess kennt die Anfrage „{request}“ nicht.' },
  'process.ended': {
    message: 'Der Prozess {name} endete unerwartet.',
    hint: 'Checkpoints bleiben erhalten. Erneut versuchen; endet er wieder, steht mehr im Protokoll im Datenordner.',
  },
  'process.notStarted': {
    message: 'Der Prozess {name} kann nicht gestartet werden.',
    hint: 'Andere Programme schließen, um Arbeitsspeicher freizugeben, oder Flowerbed neu starten. Checkpoints bleiben erhalten.',
  },
  'process.startedAlone': { message: 'Die Engine muss von Flowerbed gestartet werden.' },
  'cluster.notStarted': {
    message: 'Ein Worker konnte nicht gestartet werden.',
    hint: 'Mit weniger Workern trainieren oder im Protokoll im Datenordner nachsehen.',
  },
  'cluster.workerGone': {
    message: 'Ein Worker ist beendet oder antwortet nicht.',
    hint: 'Checkpoints bleiben erhalten. Den Lauf mit den übrigen Workern fortsetzen.',
  },
  'cluster.noneLeft': {
    message: 'Alle Worker sind beendet oder antworten nicht.',
    hint: 'Checkpoints bleiben erhalten. Den Lauf fortsetzen; geschieht es erneut, steht mehr im Protokoll im Datenordner.',
  },
  'cluster.failing': {
    message: 'Die Worker sind {times}-mal fehlgeschlagen, obwohl keiner von ihnen beendet ist.',
    hint: 'Checkpoints bleiben erhalten. Den Lauf mit einem Gerät fortsetzen.',
  },
  'cluster.open': {
    message: 'Der Worker würde Verbindungen anderer Computer annehmen, auf {address}.',
    hint: 'Der Server von TensorFlow hat kein Passwort. Flowerbed erneut installieren; das bringt die Bibliothek mit, die ihn abschirmt.',
  },
  'cluster.forwardOpen': {
    message: 'Ein Port, der zu einem Worker führt, nimmt Verbindungen anderer Computer an, auf {address}.',
    hint: 'Der Server von TensorFlow hat kein Passwort. Auf jenem Rechner öffnet ihn „GatewayPorts yes“ des sshd: Es muss „no“ oder „clientspecified“ sein.',
  },
  'cluster.noForwards': {
    message: '„{name}“ leitet keine Ports weiter: {said}',
    hint: 'Worker erreichen einander über Ports, die OpenSSH weiterleitet: „AllowTcpForwarding“ des sshd muss dort „yes“ sein.',
  },
  'cluster.hostLost': {
    message: 'Der Worker auf „{name}“ ist beendet oder seine Verbindung verloren: {said}',
    hint: 'Den Rechner ansehen: flowerbed target doctor {name}',
  },
  'cluster.notInNetwork': {
    message: '{name} hat keine Adresse im Netz {network}.',
    hint: 'Alle Rechner des Laufs müssen im Netz von --workers-network sein.',
  },
  'cluster.sshOnly': {
    message:
      '„{name}“ ist kein Rechner, den OpenSSH erreicht, und kann daher keinen Worker eines Laufs haben.',
    hint: 'Die Rechner auflisten: flowerbed target list',
  },
} as const satisfies ErrorEntries
