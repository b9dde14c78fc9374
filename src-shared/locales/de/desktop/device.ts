/** Which device is used and why, as clauses that follow a colon; remedies and advice are sentences. */
export const deviceTexts = {
  'device.chosen': 'selbst gewählt',
  'device.chosenFound': 'selbst gewählt; {found}',
  'device.found': '{gpu}, mit TensorFlow {version} für CUDA {cuda}',
  'device.driver': 'Treiber {version}',
  'device.driverSilent': 'der NVIDIA-Treiber antwortet nicht („{problem}“)',
  'device.noReason': 'nvidia-smi ist ohne Meldung fehlgeschlagen',
  'device.restart': 'Den Rechner neu starten: Der Treiber wurde im laufenden Betrieb aktualisiert.',
  'device.reinstallDriver': 'Den NVIDIA-Treiber neu installieren und prüfen, ob `nvidia-smi` funktioniert.',
  'device.noGpu': 'keine NVIDIA-GPU mit funktionierendem Treiber gefunden',
  'device.installDriver': 'Falls es eine GPU gibt, den NVIDIA-Treiber installieren.',
  'device.noSuchGpu': 'es gibt keine GPU {index}, sondern {gpus}',
  'device.chooseAnother': 'Eine von diesen wählen.',
  'device.hidden': 'CUDA_VISIBLE_DEVICES={visible} verbirgt {gpus}',
  'device.unset': 'Die Variable löschen, um eine GPU zu verwenden.',
  'device.oldDriver':
    'der NVIDIA-Treiber {driver} ist zu alt für CUDA {cuda}, das {needed} oder neuer benötigt',
  'device.updateDriver': 'Den NVIDIA-Treiber aktualisieren, um {gpu} zu verwenden.',
  'device.oldGpu':
    '{gpu} ist zu alt: Compute Capability {capability}, die Kernel von TensorFlow benötigen {needed} oder neuer',
  'device.newerGpu': 'Eine neuere GPU verwenden.',
  'device.noCuda': 'TensorFlow für NVIDIA-GPUs ist nicht installiert, daher wird {gpu} nicht verwendet',
  'device.installCuda': 'Unter „Einstellungen → Berechnung“ installieren.',
  'device.littleMemory': '{gpu} hat {free} Speicher frei, zu wenig für den Start',
  'device.littleMemoryOf': '{gpu} hat {free} von {all} Speicher frei, zu wenig für den Start',
  'device.closePrograms': 'Programme schließen, die die GPU verwenden (`nvidia-smi` listet sie auf).',
  'doctor.bfloat16': '{instructions} mit bfloat16',
  'doctor.fp32': 'fp32; dieses Gerät ist mit 16 Bit nicht schneller',
  'doctor.timed':
    'fp32 oder {fast}, je nachdem, was weniger Zeit je Schritt braucht: Beide werden beim Start eines Laufs gemessen, ein fortgesetzter Lauf behält seine Wahl',
  'doctor.littleSpace':
    'Nur {free} GB sind für Daten frei. Platz schaffen oder mit --data-dir einen anderen Ordner wählen.',
  'doctor.electron':
    'Electron {version} ersetzt {declared}, das nicht geladen werden konnte; die Einrichtung sucht einmal am Tag erneut danach. Hinter einem Proxy HTTPS_PROXY setzen, für einen Spiegel ELECTRON_MIRROR.',
  'download.endedEarly': 'die Verbindung endete vorzeitig',
  'download.answered': 'der Server antwortete mit {status}',
  'download.noIndex': 'pip ist so eingerichtet, dass es keinen Index verwendet',
  'load.kernels': 'Die Bibliothek mit den Kernels von Flowerbed',
  'load.distributed': 'Die Bibliothek von Flowerbed für mehrere Geräte',
  'load.function': 'eine Funktion',
  'load.processorNumber': 'Prozessor Nummer {machine}',
  'load.processorOther': 'eine andere Art von Prozessor (32 Bit oder Big-Endian)',
} as const
