import type { ErrorEntries } from '../../en/errors/entries.ts'

export const skyErrors = {
  'sky.missing': {
    message: 'Der Befehl `sky` von SkyPilot wurde auf diesem Rechner nicht gefunden.',
    hint: 'Mit den verwendeten Clouds installieren, etwa pip install "skypilot[aws,gcp,kubernetes]", bis `sky check` gelingt.',
  },
  'sky.noCloud': {
    message: 'SkyPilot hat auf keine Cloud und keinen Kubernetes-Cluster Zugriff.',
    hint: '`sky check` im Terminal zeigt, was fehlt.',
  },
  'sky.noResources': {
    message: 'Keine der Clouds hat frei, was „{name}“ anfordert: {reason}',
    hint: 'Später erneut versuchen oder anderes anfordern: `sky gpus list` (in früheren Versionen `sky show-gpus`) listet es auf.',
  },
  'sky.badResources': {
    message: 'SkyPilot akzeptiert die Ressourcen von „{name}“ nicht: {reason}',
    hint: 'Es sind die von `resources` in einer Aufgabendatei von SkyPilot.',
  },
  'sky.failed': {
    message: 'SkyPilot konnte „{name}“ nicht starten: {reason}',
    hint: '`sky status` und `sky logs --provision {cluster}` zeigen mehr.',
  },
  'sky.notSky': {
    message:
      '„{name}“ ist kein Ziel von SkyPilot, deshalb wird seine Maschine nicht von hier gestartet oder beendet.',
  },
  'sky.inUse': {
    message: '„{run}“ trainiert auf „{name}“, deshalb wird die Maschine nicht angehalten.',
    hint: 'Zuerst den Lauf pausieren oder beenden.',
  },
  'sky.onlyDeleted': {
    message:
      'Die Maschine von „{name}“ lässt sich nicht anhalten, nur löschen: Sie gehört zu Kubernetes oder hat einen Spot-Preis.',
    hint: 'Löschen mit allem, was dort liegt: flowerbed target remove {name} --cluster',
  },
  'sky.notEnded': {
    message: 'SkyPilot konnte die Maschine von „{name}“ nicht beenden: {reason}',
    hint: 'Sie kostet möglicherweise weiter Geld. `sky status` zeigt sie, `sky down {cluster}` löscht sie.',
  },
  'sky.unconfirmed': {
    message: 'Es wurde nichts getan: Das muss bestätigt werden.',
    hint: '--yes an den Befehl anhängen.',
  },
  'sky.cancelled': { message: 'Der Start von „{name}“ wurde abgebrochen; `sky status` zeigt, was läuft.' },
} as const satisfies ErrorEntries
