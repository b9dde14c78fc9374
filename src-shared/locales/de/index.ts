import type { Catalogue } from '../en/index.ts'
import app from './app.json' with { type: 'json' }
import charts from './charts.json' with { type: 'json' }
import common from './common.json' with { type: 'json' }
import compare from './compare.json' with { type: 'json' }
import dataset from './dataset.json' with { type: 'json' }
import experiment from './experiment.json' with { type: 'json' }
import gallery from './gallery.json' with { type: 'json' }
import interpolation from './interpolation.json' with { type: 'json' }
import library from './library.json' with { type: 'json' }
import queue from './queue.json' with { type: 'json' }
import run from './run.json' with { type: 'json' }
import runs from './runs.json' with { type: 'json' }
import settings from './settings.json' with { type: 'json' }
import storage from './storage.json' with { type: 'json' }

/** The window's strings in German. */
export const de = {
  ...app,
  ...charts,
  ...common,
  ...compare,
  ...dataset,
  ...experiment,
  ...gallery,
  ...interpolation,
  ...library,
  ...queue,
  ...run,
  ...runs,
  ...settings,
  ...storage,
} satisfies Catalogue
