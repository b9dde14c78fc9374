/** Notices in the window and notifications of the system. */
export const noticeTexts = {
  'notice.fault': 'Ein Fehler ist aufgetreten ({what}): {message}',
  'notice.faultHint':
    'Flowerbed läuft weiter, gespeicherte Daten sind sicher. Mehr steht im Protokoll im Datenordner.',
  'notice.engineSilent': 'Die Engine antwortet seit zwei Minuten nicht.',
  'notice.engineSilentHint':
    'Bei sehr großen Einstellungen kann das so lange dauern. Bleibt die Antwort aus, beenden und eine kleinere Breite wählen.',
  'notice.cannotResume': '„{name}“ kann nicht fortgesetzt werden: {message}',
  'notice.crashedOften': 'Die Engine endete {times}-mal innerhalb von fünf Minuten, daher wartet „{name}“.',
  'notice.lostOften':
    '„{name}“ ging auf {target} {times}-mal innerhalb von fünf Minuten verloren und wartet daher. Zuletzt: {reason}',
  'notice.lostThere': '„{name}“ ging auf {target} verloren: {reason}',
  'notice.lostOftenSafe': 'Die Checkpoints bleiben erhalten. Fortsetzen, sobald die Ursache behoben ist.',
  'notice.lostOftenHint': 'Fortsetzen, sobald die Ursache behoben ist.',
  'notice.crashedOftenSafe':
    'Die Checkpoints bleiben erhalten. Eine kleinere Breite oder weniger Bilder je Schritt versuchen; siehe „Einstellungen → Info“.',
  'notice.crashedOftenHint':
    'Eine kleinere Breite oder weniger Bilder je Schritt versuchen; siehe „Einstellungen → Info“.',
  'notice.crashed': 'Die Engine endete unerwartet, während „{name}“ trainierte.',
  'notice.resumes': 'Der Lauf wird ab seinem letzten Checkpoint fortgesetzt.',
  'notice.startsAgain': 'Es gab noch keinen Checkpoint, daher beginnt der Lauf von vorn.',
  'notice.queueGoesOn': 'Die Warteschlange geht mit „{name}“ weiter.',
  'notice.unreadable':
    'Der Verlauf enthält Einträge, die diese Version nicht lesen kann; sie bleiben außen vor: {counts}.',
  'notice.unreadableHint':
    'Ihre Dateien und alles andere sind unberührt. Falls ein neueres Flowerbed sie geschrieben hat, dieses aktualisieren; das Protokoll im Datenordner nennt sie.',
  'notice.unreadable.run': { one: '{count} Lauf', other: '{count} Läufe' },
  'notice.unreadable.dataset': { one: '{count} Datensatz', other: '{count} Datensätze' },
  'notice.unreadable.experiment': { one: '{count} Experiment', other: '{count} Experimente' },
  'notice.stored': 'Was auf das Speichern wartete, steht jetzt im Verlauf.',
  'notice.historyBusy': 'Ein anderes Programm verwendet den Verlauf.',
  'notice.historyUnwritable': 'Der Verlauf der Läufe kann nicht geschrieben werden: {reason}',
  'notice.pausedUnstored':
    'Das Training ist pausiert, noch nicht Gespeichertes wartet im Arbeitsspeicher. Auf dem Laufwerk des Datenordners Platz schaffen, dann den Lauf fortsetzen; vorher nicht beenden.',
  'notice.runDeleted':
    'Der Lauf im Training wurde von einem anderen Programm gelöscht, daher endete sein Training.',
  'notice.othersKept': 'Andere Läufe sind unverändert.',
  'notification.finished': '„{name}“: Training fertig',
  'notification.stopped': '„{name}“ wurde beendet',
  'notification.seeGallery': 'Die Bilder stehen in der Galerie.',
  'notification.seeWhy': 'Flowerbed öffnen, um den Grund zu sehen.',
} as const
