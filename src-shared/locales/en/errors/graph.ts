import type { ErrorEntries } from './entries.ts'

export const graphErrors = {
  'graph.attributeUnknown': {
    message: 'The operation {operation} has an attribute “{name}” that cannot be compiled.',
  },
  'graph.operationUnknown': { message: 'The operation {operation} cannot be compiled.' },
  'graph.noInput': { message: '{operation} has no input {index}.' },
  'graph.shapeOfValue': {
    message: 'The shape of {operation} depends on a computed value, which cannot be compiled.',
  },
  'graph.noAttribute': { message: '{operation} has no attribute “{name}”.' },
  'graph.refused': { message: 'TensorFlow refuses the graph: {reason}' },
  'graph.updateNotState': {
    message: 'The output of an update in place must become state.',
    hint: 'Return it in “next”.',
  },
  'graph.noState': { message: 'Program “{program}” has no state “{name}”.' },
  'graph.feedSize': {
    message: 'Program “{program}” needs {size} numbers as “{name}”, but was given {given}.',
  },
  'graph.stateSize': {
    message: 'Program “{program}” has {size} numbers as “{name}”, but was given {given}.',
  },
  'export.tooLarge': {
    message: 'The weights take {gigabytes} GB, and a SavedModel of one file holds {most} GB.',
    hint: 'Use the run’s safetensors file instead.',
  },
  'export.noValues': { message: 'The export has no values of “{name}”.' },
  'graph.outsideTensor': {
    message: 'Program “{program}” uses a tensor made outside of its body.',
    hint: 'Pass it in as state or as a feed.',
  },
  'graph.valueRead': {
    message: "Program “{program}” reads a tensor's value in its body.",
    hint: 'A traced body must not depend on values; fetch them instead.',
  },
  'graph.constantType': {
    message: "Program “{program}” has a constant of TensorFlow's type {dtype}, which cannot be compiled.",
  },
  'export.solver': {
    message: '{solver} chooses its steps itself and cannot be exported.',
    hint: 'Choose a solver with a fixed number of steps, such as heun.',
  },
  'graph.otherState': {
    message: 'Program “{program}” returns {type} as the next “{name}”, declared is {declared}',
  },
  'graph.undeclaredState': {
    message: 'Program “{program}” returns {type} as the next “{name}”, declared is nothing of that name',
  },
  'graph.calledFrom': { message: '{refusal} It was called from {site}.' },
  'graph.notInFunction': { message: 'The operation {operation} cannot be part of a compiled function.' },
  'graph.noNodeYet': { message: 'The function has no node “{node}” yet.' },
} as const satisfies ErrorEntries
