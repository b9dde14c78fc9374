import type { ErrorEntries } from '../../en/errors/entries.ts'

const otherServer =
  'In PIP_INDEX_URL (für Electron in ELECTRON_MIRROR) einen anderen Server angeben, oder die Dateien in einen Ordner legen und ihn in FLOWERBED_OFFLINE_DIR angeben.'
const closeGpuPrograms =
  'Andere Programme schließen, die die GPU verwenden, oder das Gerät „cpu“ wählen. Mit TF_CPP_MIN_LOG_LEVEL=0 in der Umgebung protokolliert TensorFlow den Grund.'
const smallerOnGpu =
  'Weniger Bilder je Schritt (batch) nehmen, Gradient-Checkpointing (checkpointing) einschalten, eine kleinere Breite (hidden) oder kleinere Bilder wählen, andere Programme schließen, die die GPU verwenden, oder das Gerät „cpu“ wählen.'
const smaller =
  'Weniger Bilder je Schritt (batch) nehmen, Gradient-Checkpointing (checkpointing) einschalten, eine kleinere Breite (hidden) oder kleinere Bilder wählen, oder andere Programme schließen.'

export const tensorflowErrors = {
  'tensorflow.redirects': { message: 'Zu viele Weiterleitungen ({most}) von {address}', hint: otherServer },
  'tensorflow.badRedirect': {
    message: '{host} leitet auf etwas weiter, das keine Adresse ist',
    hint: otherServer,
  },
  'tensorflow.redirectUnsafe': {
    message:
      '{host} führt von https zu http, wo andere mitlesen und Daten verändern könnten; dem wird nicht gefolgt',
    hint: otherServer,
  },
  'tensorflow.redirectOtherKind': {
    message: '{host} führt zu einer Adresse anderer Art ({protocol}); dem wird nicht gefolgt',
    hint: otherServer,
  },
  'tensorflow.diskFull': {
    message: 'Das Laufwerk ist voll',
    hint: 'Platz schaffen oder in FLOWERBED_CACHE_DIR einen anderen Ordner angeben.',
  },
  'tensorflow.downloadChecksum': {
    message: 'Eine heruntergeladene Datei passt nicht zu ihrer Prüfsumme; sie wurde gelöscht',
    hint: 'Erneut versuchen; geschieht es wieder, verändert der Spiegel oder Proxy Dateien.',
  },
  'tensorflow.certificateFile': {
    message: 'Die Zertifikatsdatei ist nicht lesbar: {file}',
    hint: 'PIP_CERT, pip.conf, SSL_CERT_FILE, NODE_EXTRA_CA_CERTS oder REQUESTS_CA_BUNDLE berichtigen.',
  },
  'tensorflow.proxyUnusable': {
    message: 'Dieser Proxy ist nicht verwendbar: {proxy}',
    hint: 'Ihn als http://host:port angeben.',
  },
  'tensorflow.notAnAddress': {
    message: 'Dies ist keine http- oder https-Adresse: {address}',
    hint: 'PIP_INDEX_URL oder pip.conf berichtigen.',
  },
  'tensorflow.cancelled': { message: 'Abgebrochen' },
  'tensorflow.noneForPlatform': {
    message: 'Es gibt kein TensorFlow ({variant}) für {platform}.',
    hint: 'FLOWERBED_TF_DIR auf ein vorhandenes setzen.',
  },
  'tensorflow.packageDownloadFailed': {
    message: 'TensorFlow konnte vom Installationsprogramm von tfjs-node-gpu nicht heruntergeladen werden.',
    hint: 'Prüfen, ob storage.googleapis.com erreichbar ist, oder FLOWERBED_TF_DIR auf ein vorhandenes TensorFlow setzen.',
  },
  'tensorflow.indexPageInvalid': {
    message: 'Der Paketindex antwortete mit einer ungültigen Indexseite',
    hint: 'PIP_INDEX_URL prüfen: Bei den meisten Servern endet sie auf /simple/.',
  },
  'tensorflow.indexAnswerEnded': {
    message: 'Der Paketindex beendete die Verbindung vor dem Ende seiner Antwort',
    hint: 'Erneut versuchen.',
  },
  'tensorflow.noneInFolder': {
    message: 'FLOWERBED_TF_DIR enthält kein TensorFlow: {folder}',
    hint: 'Die Variable auf site-packages/tensorflow von pip (mit {libraries}) oder auf einen Laufzeitordner von Flowerbed setzen, oder sie löschen.',
  },
  'tensorflow.noBindingForPip': {
    message: 'Es gibt keine Anbindung für ein mit pip installiertes TensorFlow auf {platform}',
    hint: 'FLOWERBED_TF_DIR löschen.',
  },
  'tensorflow.noRoom': {
    message: 'TensorFlow braucht {needed}, frei sind {free}.',
    hint: 'Platz schaffen oder in FLOWERBED_CACHE_DIR einen Ordner auf einem anderen Laufwerk angeben.',
  },
  'tensorflow.noBinding': { message: 'Es gibt keine Anbindung für {platform}.' },
  'tensorflow.variantNotInstalled': { message: 'TensorFlow ({variant}) ist nicht installiert.' },
  'tensorflow.notOurs': {
    message: 'Dieses TensorFlow wurde nicht von Flowerbed installiert.',
    hint: 'FLOWERBED_TF_DIR löschen, um es nicht zu verwenden.',
  },
  'tensorflow.notInstalled': {
    message: 'TensorFlow ist nicht installiert',
    hint: 'Unter „Einstellungen → Berechnung“ installieren, oder mit `npm run setup` im Quelltext.',
  },
  'tensorflow.noChecksum': { message: 'Für {file} gibt es keine Prüfsumme.' },
  'tensorflow.noIndexHas': {
    message: 'Kein Paketindex hat {file}.',
    hint: 'In PIP_INDEX_URL einen Spiegel von PyPI angeben, oder die Datei in einen Ordner legen und ihn in FLOWERBED_OFFLINE_DIR angeben.',
  },
  'tensorflow.checksum': {
    message: '{file} passt nicht zu seiner Prüfsumme.',
    hint: 'Erneut versuchen; geschieht es wieder, ist der Spiegel, der Proxy oder die Datei im Offline-Ordner beschädigt.',
  },
  'tensorflow.installing': { message: 'TensorFlow wird bereits installiert.' },
  'tensorflow.downloadRefused': { message: 'Der Download ist fehlgeschlagen: {reason}' },
  'tensorflow.downloadFailed': {
    message: 'Der Download ist fehlgeschlagen: {reason}',
    hint: 'Erneut versuchen: Er geht dort weiter, wo er endete. Hinter einem Proxy HTTPS_PROXY setzen, für einen Spiegel PIP_INDEX_URL, ohne Netzwerk FLOWERBED_OFFLINE_DIR.',
  },
  'tensorflow.unreachable': {
    message: '{server} ist nicht erreichbar: {reason}',
    hint: 'Das Netzwerk prüfen; hinter einem Proxy HTTPS_PROXY setzen, für einen Spiegel PIP_INDEX_URL, ohne Netzwerk FLOWERBED_OFFLINE_DIR.',
  },
  'tensorflow.certificateRefused': {
    message: '{server} ist nicht erreichbar: {reason}',
    hint: 'Die Zertifikatsdatei des Netzwerks in PIP_CERT (oder SSL_CERT_FILE) angeben.',
  },
  'tensorflow.serverThroughProxy': { message: '{server} über den Proxy {proxy}' },
  'tensorflow.indexAnswered': {
    message: 'Der Paketindex antwortete mit {status}',
    hint: 'Später erneut versuchen oder in PIP_INDEX_URL einen anderen Index angeben.',
  },
  'tensorflow.indexNeedsUser': {
    message: 'Der Paketindex antwortete mit {status}',
    hint: 'Benutzer und Passwort in PIP_INDEX_URL eintragen (https://user:password@host/…).',
  },
  'tensorflow.otherDevice': {
    message: 'TensorFlow läuft in diesem Prozess bereits auf {device}',
    hint: 'Die Engine neu starten, um das Gerät zu wechseln.',
  },
  'tensorflow.notThreads': {
    message: 'FLOWERBED_THREADS ist „{setting}“ und keine Anzahl von Threads.',
    hint: 'Eine positive ganze Zahl setzen oder die Variable löschen.',
  },
  'tensorflow.cannotLoad': {
    message: 'TensorFlow lässt sich nicht laden, daher ist kein Training möglich.',
  },
  'tensorflow.gpuUnused': {
    message: 'TensorFlow konnte {gpu} nicht verwenden',
    hint: 'TensorFlow für NVIDIA-GPUs unter „Einstellungen → Berechnung“ neu installieren oder das Gerät „cpu“ wählen. Mit TF_CPP_MIN_LOG_LEVEL=0 in der Umgebung protokolliert TensorFlow den Grund.',
  },
  'tensorflow.gpuDoesNotStart': {
    message: 'TensorFlow konnte auf {gpu} nicht starten: {reason}',
    hint: closeGpuPrograms,
  },
  'tensorflow.gpuWithMemoryDoesNotStart': {
    message: 'TensorFlow konnte auf {gpu} nicht starten ({free} von {all} sind frei): {reason}',
    hint: closeGpuPrograms,
  },
  'tensorflow.deviceObstacle': {
    message: '{problem}.',
    hint: '{remedy} Oder das Gerät „auto“ oder „cpu“ wählen.',
  },

  'memory.gpuFull': {
    message: 'Die GPU hat zu wenig Speicher: {free} sind frei.',
    hint: smallerOnGpu,
  },
  'memory.gpuLacks': {
    message: 'Die GPU hat zu wenig Speicher: Weitere {requested} wurden angefordert, {free} sind frei.',
    hint: smallerOnGpu,
  },
  'memory.machineFull': {
    message: 'Dieser Rechner hat zu wenig Arbeitsspeicher: {free} sind frei.',
    hint: smaller,
  },
  'memory.machineLacks': {
    message:
      'Dieser Rechner hat zu wenig Arbeitsspeicher: Weitere {requested} wurden angefordert, {free} sind frei.',
    hint: smaller,
  },
  'tensorflow.inUse': {
    message: '„{run}“ trainiert damit.',
    hint: 'Den Lauf zuerst pausieren oder beenden.',
  },
} as const satisfies ErrorEntries
