import type { ErrorEntries } from '../../en/errors/entries.ts'

/** Why a native library does not load: ends of the sentence of `load.failed`, and what to do. */
export const loadErrors = {
  'load.failed': { message: '{name} lässt sich nicht laden: {reason}' },
  'load.oldCppLibrary': {
    message: 'die C++-Bibliothek dieses Systems ist zu alt: {library}_{version} fehlt',
    hint: 'Die Pakete libstdc++6 und libgcc-s1 aktualisieren (unter Fedora libstdc++ und libgcc) oder eine neuere Linux-Distribution verwenden.',
  },
  'load.damaged': { message: 'die Datei ist beschädigt', hint: '{replace}' },
  'load.noStaticTls': {
    message: 'andere Bibliotheken dieses Prozesses belegen den benötigten Arbeitsspeicher',
    hint: 'Flowerbed ohne LD_PRELOAD starten; falls das nicht gesetzt ist, Flowerbed neu starten.',
  },
  'load.notAllowed': {
    message: 'dieses System erlaubt Programmen nicht, sie zu laden',
    hint: '{path} in den Sicherheitseinstellungen des Systems erlauben oder die Verwaltung dieses Rechners fragen.',
  },
  'load.notReadable': {
    message: 'die Datei ist nicht lesbar',
    hint: '{path} und die Ordner darüber für diesen Benutzer lesbar machen.',
  },
  'load.tooManyFiles': {
    message: 'dieser Prozess hat zu viele Dateien geöffnet',
    hint: 'Die Grenze anheben (`ulimit -n`) und Flowerbed erneut starten.',
  },
  'load.missingOnWindows': {
    message: 'sie oder eine von ihr benötigte Bibliothek fehlt auf diesem System',
    hint: 'Das „Microsoft Visual C++ Redistributable“ installieren, dann TensorFlow neu installieren (Einstellungen → Berechnung).',
  },
  'load.cannotStart': {
    message: 'sie kann auf diesem Prozessor oder dieser Windows-Version nicht starten',
    hint: 'TensorFlow benötigt einen Prozessor mit AVX und das neueste „Microsoft Visual C++ Redistributable“.',
  },
  'load.otherModule': {
    message: 'die Datei ist kein Modul für diese Version von Flowerbed',
    hint: '{replace}',
  },
  'load.fileMissing': { message: 'die Datei fehlt', hint: '{replace}' },
  'load.partMissing': { message: '{library} fehlt in ihrem Ordner', hint: '{replace}' },
  'load.noNvidiaDriver': {
    message: 'der Treiber von NVIDIA ({library}) fehlt',
    hint: 'Den NVIDIA-Treiber installieren oder unter „Einstellungen → Berechnung“ TensorFlow für den Prozessor wählen.',
  },
  'load.cudaPartMissing': { message: 'die CUDA-Bibliothek {library} fehlt', hint: '{replace}' },
  'load.noGlibc': {
    message: 'dieses System hat keine glibc ({symbol} fehlt)',
    hint: 'Eine Linux-Distribution mit glibc verwenden, etwa Debian, Ubuntu oder Fedora; Alpine hat eine andere C-Bibliothek.',
  },
  'load.noMemory': {
    message: 'der Arbeitsspeicher reicht dafür nicht',
    hint: 'Andere Programme schließen oder die Speichergrenze dieses Prozesses anheben (`ulimit -v` oder die des Containers).',
  },
  'load.noexec': {
    message:
      'sie liegt auf einem Laufwerk, das mit noexec eingebunden ist und keine Programme ausführen darf',
    hint: 'FLOWERBED_CACHE_DIR auf einen Ordner auf einem anderen Laufwerk setzen oder das Laufwerk ohne noexec einbinden.',
  },
  'load.mappingRefused': {
    message: 'dieses System verweigert, sie in den Arbeitsspeicher abzubilden',
    hint: 'Die Speichergrenze dieses Prozesses anheben (`ulimit -v`); bei Sicherheitsrichtlinien wie SELinux oder AppArmor das Laden dieser Datei erlauben.',
  },
  'load.checksum': {
    message:
      '{file} ist beschädigt oder gehört zu einer anderen Version von Flowerbed (die Prüfsumme weicht ab)',
    hint: '{replace}',
  },
  'load.truncated': {
    message: 'die Datei ist abgeschnitten ({bytes} von {expected} Bytes)',
    hint: '{replace}',
  },
  'load.oldGlibc': {
    message: 'dieses System ist zu alt: Benötigt wird glibc {version} oder neuer, vorhanden ist {present}',
    hint: 'Eine neuere Linux-Distribution mit glibc {version} oder neuer verwenden (`ldd --version` zeigt sie).',
  },
  'load.oldUnknownGlibc': {
    message: 'dieses System ist zu alt: Benötigt wird glibc {version} oder neuer',
    hint: 'Eine neuere Linux-Distribution mit glibc {version} oder neuer verwenden (`ldd --version` zeigt sie).',
  },
  'load.mixedVersions': {
    message: 'ihre Teile stammen aus verschiedenen Versionen ({symbol} fehlt)',
    hint: '{replace}',
  },
  'load.otherProcessor': {
    message: 'sie ist für einen anderen Prozessor ({processor}) als dieses Programm ({own})',
    hint: '{replace}',
  },
  'load.unknownProcessor': {
    message: 'sie ist für einen anderen Prozessor als dieses Programm ({own})',
    hint: '{replace}',
  },
  'load.libraryMissing': {
    message: 'die Bibliothek {library} fehlt auf diesem System',
    hint: 'Mit der Paketverwaltung des Systems das Paket installieren, das {library} enthält.',
  },
  'load.libraryOfPackageMissing': {
    message: 'die Bibliothek {library} fehlt auf diesem System',
    hint: 'Das Paket {package} installieren.',
  },
  'load.unknown': {
    message: '{message}',
    hint: 'Falls das Laden auf diesem Rechner schon gelang, sind die Dateien vielleicht beschädigt. {replace}',
  },
  'load.installFlowerbed': { message: 'Flowerbed erneut installieren.' },
  'load.installTensorFlow': {
    message:
      'TensorFlow entfernen und neu installieren (Einstellungen → Berechnung, oder `npm run setup` im Quelltext); `flowerbed doctor` zeigt mehr.',
  },
  'load.installTensorFlowForGpus': {
    message:
      'TensorFlow für NVIDIA-GPUs entfernen und neu installieren (Einstellungen → Berechnung, oder `npm run setup` im Quelltext); `flowerbed doctor` zeigt mehr.',
  },
  'load.otherFolder': {
    message:
      'FLOWERBED_TF_DIR auf ein vollständiges TensorFlow für diesen Rechner setzen oder löschen, um eines zu verwenden, das Flowerbed installiert.',
  },
} as const satisfies ErrorEntries
