import type { ErrorEntries } from '../../en/errors/entries.ts'

export const graphErrors = {
  'graph.attributeUnknown': {
    message: 'Die Operation {operation} hat ein Attribut „{name}“, das nicht kompiliert werden kann.',
  },
  'graph.operationUnknown': { message: 'Die Operation {operation} kann nicht kompiliert werden.' },
  'graph.noInput': { message: '{operation} hat keinen Eingang {index}.' },
  'graph.shapeOfValue': {
    message:
      'Die Form von {operation} hängt von einem berechneten Wert ab; das kann nicht kompiliert werden.',
  },
  'graph.noAttribute': { message: '{operation} hat kein Attribut „{name}“.' },
  'graph.refused': { message: 'TensorFlow lehnt den Graphen ab: {reason}' },
  'graph.updateNotState': {
    message: 'Das Ergebnis einer Aktualisierung an Ort und Stelle muss Zustand werden.',
    hint: 'Es in „next“ zurückgeben.',
  },
  'graph.noState': { message: 'Programm „{program}“ hat keinen Zustand „{name}“.' },
  'graph.feedSize': {
    message: 'Programm „{program}“ braucht {size} Zahlen als „{name}“, erhielt aber {given}.',
  },
  'graph.stateSize': {
    message: 'Programm „{program}“ hat {size} Zahlen als „{name}“, erhielt aber {given}.',
  },
  'export.tooLarge': {
    message: 'Die Gewichte belegen {gigabytes} GB, ein SavedModel aus einer Datei fasst {most} GB.',
    hint: 'Stattdessen die safetensors-Datei des Laufs verwenden.',
  },
  'export.noValues': { message: 'Der Export enthält keine Werte von „{name}“.' },
  'graph.outsideTensor': {
    message: 'Programm „{program}“ verwendet einen Tensor, der außerhalb seines Rumpfs entstand.',
    hint: 'Ihn als Zustand oder Eingabe übergeben.',
  },
  'graph.valueRead': {
    message: 'Programm „{program}“ liest in seinem Rumpf den Wert eines Tensors.',
    hint: 'Ein aufgezeichneter Rumpf darf nicht von Werten abhängen; sie stattdessen abrufen.',
  },
  'graph.constantType': {
    message:
      'Programm „{program}“ hat eine Konstante vom TensorFlow-Typ {dtype}, der nicht kompiliert werden kann.',
  },
  'export.solver': {
    message: '{solver} wählt seine Schritte selbst und kann nicht exportiert werden.',
    hint: 'Einen Löser mit fester Schrittzahl wählen, etwa heun.',
  },
  'graph.otherState': {
    message: 'Programm „{program}“ gibt {type} als nächstes „{name}“ zurück, deklariert ist {declared}',
  },
  'graph.undeclaredState': {
    message:
      'Programm „{program}“ gibt {type} als nächstes „{name}“ zurück, unter diesem Namen ist nichts deklariert',
  },
  'graph.calledFrom': { message: '{refusal} Der Aufruf kam von {site}.' },
  'graph.notInFunction': {
    message: 'Die Operation {operation} kann nicht Teil einer kompilierten Funktion sein.',
  },
  'graph.noNodeYet': { message: 'Die Funktion hat noch keinen Knoten „{node}“.' },
} as const satisfies ErrorEntries
