/** Was an einem Lauf gemessen wurde, und die Tabelle, die Läufe vergleicht. */
export const measureTexts = {
  'measure.kernelDistance': 'Kernel-Distanz',
  'measure.kernelDistance.help':
    'Wie weit Samples und Bilder insgesamt auseinander liegen, in den Merkmalen eines Netzes; 0 ist so nah wie echte Bilder. Es ist nicht FID.',
  'measure.frechetDistance': 'Fréchet-Distanz',
  'measure.frechetDistance.help':
    'Dasselbe nach Mittelwerten und Kovarianzen der führenden Merkmale; mit dem Wert echter Bilder zu vergleichen, der über 0 liegt, weil so wenige verglichen werden. Es ist nicht FID.',
  'measure.slicedWasserstein': 'Sliced-Wasserstein-Distanz',
  'measure.slicedWasserstein.help':
    'Wie weit die Werte der Pixel verschoben werden müssen, als Anteil ihrer Streuung; mit dem Wert echter Bilder zu vergleichen. Sie sieht eher Farben und Helligkeit als Inhalt.',
  'measure.precision': 'Precision',
  'measure.precision.help':
    'Anteil der Samples, die manchen der Bilder ähnlich sehen; weniger heißt, dass Samples fehlerhaft sind.',
  'measure.recall': 'Recall',
  'measure.recall.help':
    'Anteil der Bilder, denen manche der Samples ähnlich sehen; weniger heißt, dass Arten von Bildern nie erzeugt werden.',
  'measure.density': 'Dichte',
  'measure.density.help':
    'Wie Precision, danach, wie vielen Bildern jedes Sample ähnlich sieht; über dem Wert echter Bilder sind Samples typischer als Bilder.',
  'measure.coverage': 'Abdeckung',
  'measure.coverage.help':
    'Wie Recall, danach, wie viele Bilder ein Sample unter ihren nächsten haben; einzelne abwegige Samples täuschen sie nicht.',
  'measure.nearCopiesInPixels': 'Beinahe-Kopien nach Pixeln',
  'measure.nearCopiesInPixels.help':
    'Anteil der {samples} Samples, die einem Trainingsbild viel näher sind als jedem anderen von {images}.',
  'measure.nearCopiesInFeatures': 'Beinahe-Kopien nach Merkmalen',
  'measure.nearCopiesInFeatures.help':
    'Dasselbe nach dem, was das Netz sieht, unter {images} Trainingsbildern.',
  'measure.enoughEvaluations': 'Genügend Netzauswertungen',
  'measure.enoughEvaluations.help':
    'Die wenigsten Auswertungen je Sample, deren Kernel-Distanz höchstens 10 % über der besten liegt oder innerhalb ihres Fehlers.',
  'measure.straightness': 'Krümmung der Pfade',
  'measure.straightness.help':
    'Wie sehr die Geschwindigkeit auf dem Pfad vom Rauschen zum Bild schwankt, als Anteil der Geraden zwischen beiden; bei 0 genügt eine Auswertung (Liu et al. 2022).',
  'measure.spread': '{median} (schlechtester {worst})',
  'measure.distances': '{frames} (Samples: {samples})',
  'measure.distancesRatio': '{frames} (Samples: {samples}; Verhältnis {ratio})',
  'measure.evenness': 'Gleichmäßigkeit der Interpolation',
  'measure.evenness.help': {
    one: 'Die größte Änderung zwischen benachbarten Frames geteilt durch die mittlere, bei gleichmäßigem Tempo: der Median von {count} Bildpaar mit je {frames} Frames. 1 ist völlig gleichmäßig, {cut} ist ein Schnitt.',
    other:
      'Die größte Änderung zwischen benachbarten Frames geteilt durch die mittlere, bei gleichmäßigem Tempo: der Median von {count} Bildpaaren mit je {frames} Frames. 1 ist völlig gleichmäßig, {cut} ist ein Schnitt.',
  },
  'measure.evennessByParameter': 'Gleichmäßigkeit der Interpolation nach Parameter',
  'measure.evennessByParameter.help':
    'Dasselbe, wenn Frames in gleichen Schritten des Pfades stehen statt nach dem, was sich ändert.',
  'measure.endError': 'Fehler an den Enden',
  'measure.endError.help':
    'Wie weit der erste und der letzte Frame von ihren Bildern entfernt sind (RMS über den Wertebereich der Pixel); bis 3 % ist es schwer zu sehen.',
  'measure.middleKernelDistance': 'Kernel-Distanz der mittleren Frames',
  'measure.middleKernelDistance.help':
    'Wie weit die {frames} Frames der mittleren Drittel und die Bilder auseinander liegen, neben ebenso vielen Samples; ein Verhältnis von 1 heißt, dass Frames so echt aussehen wie Samples.',
  'measure.middleFrechetDistance': 'Fréchet-Distanz der mittleren Frames',
  'measure.middleFrechetDistance.help':
    'Dasselbe nach Mittelwerten und Kovarianzen; benachbarte Frames ähneln sich, was sie allein schon größer macht.',
  'diagnostic.brightness': 'Helligkeitsabstand der Samples',
  'diagnostic.brightness.help':
    'Wasserstein-1-Distanz zwischen den Pixelhistogrammen von Bildern und Samples.',
  'diagnostic.active': 'Aktive Dimensionen',
  'diagnostic.active.help': 'Latente Dimensionen, die etwas über das Bild aussagen.',
  'diagnostic.active.value': '{active} von {all} ({share})',
  'diagnostic.kl': 'KL-Divergenz je Dimension',
  'diagnostic.kl.help': 'KL der Posterior gegen den Prior: wie viel ein Encoding über sein Bild aussagt.',
  'diagnostic.aggregate': 'KL der aggregierten Posterior je Dimension',
  'diagnostic.aggregate.help':
    'KL der aggregierten Posterior gegen den Prior: wie weit alle Encodings zusammen vom Prior entfernt sind.',
  'diagnostic.nats': '{value} Nats',
  'diagnostic.mean': 'Mittelwert der Posterior',
  'diagnostic.mean.help': 'Durchschnitt und Streuung der Mittelwerte der Posterior.',
  'diagnostic.std': 'Standardabweichung der Posterior',
  'diagnostic.std.help': 'Standardabweichung der Posterior: wie unsicher Encodings sind.',
  'diagnostic.std.value': '{average}, von {low} bis {high}',
  'diagnostic.klMap': 'KL-Divergenz je Pixel',
  'diagnostic.klMap.help': 'Wo Encodings am meisten aussagen, in Nats.',
  'diagnostic.priorMean': 'Mittelwert des Priors',
  'diagnostic.priorMean.help': 'Mittelwert des gelernten Priors je Pixel.',
  'diagnostic.priorStd': 'Standardabweichung des Priors',
  'diagnostic.priorStd.help': 'Standardabweichung des gelernten Priors je Pixel.',
  'diagnostic.range': 'Schwarz {low}, Weiß {high}',
  'column.run': 'Lauf',
  'column.status': 'Status',
  'column.preset': 'Voreinstellung',
  'column.dataset': 'Datensatz',
  'column.images': 'Bilder',
  'column.step': 'Schritt',
  'column.time': 'Trainingszeit',
  'column.speed': 'Tempo',
  'column.stepsPerSecond': 'Schritte pro Sekunde',
  'column.device': 'Gerät',
  'status.waiting': 'Nicht begonnen',
  'status.queued': 'In der Warteschlange',
  'status.starting': 'Startet',
  'status.training': 'Trainiert',
  'status.paused': 'Pausiert',
  'status.finished': 'Fertig',
  'status.stopped': 'Beendet',
  'status.interrupted': 'Unterbrochen',
  'status.failed': 'Fehler',
  'value.on': 'an',
  'value.off': 'aus',
} as const
